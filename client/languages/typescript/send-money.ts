// Sends money with the TypeScript client that openapi-generator makes of docs/openapi.yaml.

import {
  AcceptedOperationFromJSON,
  BooksApi,
  Configuration,
  OperationsApi,
  ResponseError,
  type AcceptedOperation,
} from './generated/index.js';

declare const process: { env: Record<string, string> };

function check(holds: boolean, what: unknown): void {
  if (!holds) {
    throw new Error(JSON.stringify(what));
  }
}

const configuration = new Configuration({
  basePath: process.env.DAYBOOK_URL,
  accessToken: process.env.DAYBOOK_TOKEN,
});
const books = new BooksApi(configuration);
const operations = new OperationsApi(configuration);
const ledgerId = `typescript-${crypto.randomUUID()}`;
await books.openLedger({ newLedger: { ledgerId, name: 'from TypeScript' } });
await books.openAccount({
  ledgerId,
  newAccount: { accountId: 'alice', currency: 'EUR', type: 'liability', minimumBalance: '0.00' },
});

// The key is the caller's: whoever gets no answer sends the same again, and nothing is done twice.
const request = {
  ledgerId,
  idempotencyKey: 'deposit-1',
  prefer: 'respond-async',
  deposit: { accountId: 'alice', amount: '100.00', currency: 'EUR' },
};
// 202 has another type than 200, of which the generated method knows the latter alone.
async function submit(): Promise<AcceptedOperation> {
  const response = await operations.depositRaw(request);
  check(response.raw.status === 202, response.raw.status);
  return AcceptedOperationFromJSON(await response.raw.json());
}

const accepted = await submit();
const again = await submit();
check(again.operationId === accepted.operationId, again);

let operation = await operations.getOperation({ operationId: accepted.operationId });
const deadline = Date.now() + 60_000;
while (!operation.done) {
  check(Date.now() < deadline, operation);
  await new Promise((resolve) => setTimeout(resolve, 50));
  operation = await operations.getOperation({ operationId: accepted.operationId });
}
check(operation.status === 'succeeded', operation);
console.log('deposit', operation.operationId, operation.status);

try {
  await operations.withdraw({
    ledgerId,
    idempotencyKey: 'withdrawal-1',
    withdrawal: { accountId: 'alice', amount: '100.01', currency: 'EUR' },
  });
  throw new Error('more was taken than there is');
} catch (refused) {
  if (!(refused instanceof ResponseError)) {
    throw refused;
  }
  const problem = await refused.response.json();
  check(problem.code === 'insufficient_funds', problem);
  console.log('withdrawal', refused.response.status, problem.code);
}

const page = await books.listAccounts({ ledgerId });
const balances = Object.fromEntries(page.items.map((account) => [account.accountId, account.balance]));
check(balances['alice'] === '100.00', balances);
console.log('balances', balances);
