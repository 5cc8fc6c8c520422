// What Daybook's names mean, in words for people.

import { amount, money } from './format.js';

export const KINDS = ['deposit', 'withdrawal', 'transfer', 'exchange', 'journal', 'hold', 'capture', 'release', 'reversal', 'action_item', 'action_item_update'];
export const STATUSES = ['pending', 'processing', 'compensating', 'succeeded', 'failed', 'dead', 'discarded'];

export const plain = (name) => String(name).replaceAll('_', ' ');
export const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

export const MEANING = {
  pending: 'Safe on the queue, and on its way.',
  processing: 'Some of its steps are done, the others are on their way.',
  compensating: 'A step was refused; what was done before is being undone.',
  succeeded: 'Done, and in the books.',
  failed: 'Refused for a business reason. Nothing of it is in the books.',
  dead: 'It could not be processed, and waits for an operator.',
  discarded: 'An operator has given it up. It is never applied.',
};

/** What whoever reads a failure can do about it. */
const ADVICE = {
  insufficient_funds: 'Pay money in, or lower the amount, and send a new request.',
  account_not_found: 'Open the account, or correct its name, and send a new request.',
  ledger_not_found: 'Open the ledger, or correct its name, and send a new request.',
  duplicate_reference: 'The reference was used before: what it stands for has most likely been booked already.',
  currency_mismatch: 'Use the currency of the account.',
  currency_unknown: 'Declare the asset when the ledger is opened, or correct its code.',
  amount_scale: 'Send no more decimals than the currency has.',
  account_frozen: 'Set the account to active before it takes part again.',
  account_closed: 'Use another account.',
  hold_not_open: 'The hold has been captured, released or has expired: look at it before asking again.',
  hold_expired: 'Make a new hold.',
  hold_exceeded: 'Capture no more than is left on the hold.',
  already_reversed: 'There is nothing left to undo.',
  version_conflict: 'Somebody has changed it meanwhile: look at it again.',
  batch_refused: 'Look for the operation of the same batch that failed for a reason of its own.',
};

export const advice = (code) => ADVICE[code];

/** The cause of a death without the names of classes around it. */
export function causeOf(text) {
  const plain = String(text ?? '')
    .replace(/^(?:[\w$]+\.)*[\w$]*(?:Exception|Error)(?::\s*|$)/, '')
    .replace(/^ERROR:\s*/, '')
    .split('\n')[0]
    .trim();
  return plain ? capital(plain) : 'No cause was told.';
}

/** What moves, and between which accounts. */
export function summary({ kind, request = {}, ledger_id: ledger }) {
  const away = request.to_ledger_id && request.to_ledger_id !== ledger ? `${request.to_ledger_id} / ` : '';
  switch (kind) {
    case 'transfer':
      return { what: money(request.amount, request.currency), where: `${request.from_account_id} → ${away}${request.to_account_id}` };
    case 'exchange': {
      const bought = request.buy ? `→ ${money(request.buy.amount, request.buy.currency)}` : `at ${request.rate}`;
      return { what: `${money(request.sell?.amount, request.sell?.currency)} ${bought}`, where: `${request.from_account_id} → ${away}${request.to_account_id}` };
    }
    case 'journal':
      return { what: `${request.postings?.length ?? 0} postings`, where: [...new Set(request.postings?.map((posting) => posting.account_id))].join(', ') };
    case 'capture':
      return { what: request.amount ? amount(request.amount) : 'all that is left', where: `→ ${request.to_account_id}` };
    case 'release':
    case 'reversal':
      return { what: '', where: '' };
    case 'action_item':
    case 'action_item_update':
      return { what: '', where: request.title ?? (request.status ? `now ${plain(request.status)}` : '') };
    default:
      return { what: request.amount ? money(request.amount, request.currency) : '', where: request.account_id ?? '' };
  }
}
