// One operation: what was asked, what happened when, and why it ended as it did.

import { get, path } from './api.js';
import { h, show } from './dom.js';
import { amount, between, brief, precise } from './format.js';
import { cause, decide } from './letters.js';
import { feed, follow } from './live.js';
import { at, badge, fields, problem, section } from './parts.js';
import { remember } from './picker.js';
import { load } from './repeat.js';
import { may } from './session.js';
import { capital, MEANING, plain, summary } from './words.js';

const PERIOD_MS = 1_000;
const PERIOD_WHEN_DONE_MS = 15_000;

export function view({ place, params: { id }, signal }) {
  document.title = `Operation ${brief(id)} · Daybook`;
  let drawn;
  let done = false;
  const refresh = load(place, {
    signal,
    period: () => (done ? PERIOD_WHEN_DONE_MS : PERIOD_MS),
    fetch: () => get(path`operations/${id}`, {}, signal),
    render: (operation) => {
      done = operation.done;
      remember(operation.ledger_id);
      follow(operation.ledger_id);
      const state = JSON.stringify([operation.version, operation.status, operation.detail]);
      if (drawn === state) return;
      drawn = state;
      document.title = `${capital(plain(operation.kind))} ${brief(id)}, ${operation.status} · Daybook`;
      const focused = document.activeElement?.id;
      show(place, page(operation, () => refresh()));
      if (focused) document.getElementById(focused)?.focus();
    },
  });
  feed.addEventListener('event', ({ detail }) => detail.subject === id && refresh(), { signal });
}

function page(one, refresh) {
  const { what, where } = summary(one);
  const operations = `#/${path`ledgers/${one.ledger_id}/operations`}`;
  return [
    h('p', { class: 'crumbs' }, h('a', { href: operations, 'data-up': true }, '← Operations of ', one.ledger_id)),
    h(
      'div',
      { class: 'heading' },
      h('h1', {}, capital(plain(one.kind)), what && h('span', { class: 'of' }, ' of '), what),
      badge(one.status),
      where && h('p', { class: 'where' }, where),
    ),
    h(
      'div',
      { class: 'columns' },
      h(
        'div',
        {},
        section('What happened', h('p', {}, MEANING[one.status]), one.detail && h('p', {}, one.detail), one.duplicate_of && repeats(one), timeline(one)),
        one.error && (one.status === 'dead' ? death(one, refresh) : section('Why', problem(one.error))),
        one.steps.length > 0 && section('Steps', steps(one)),
        one.result && section('Result', result(one)),
      ),
      h(
        'div',
        {},
        section(
          'Operation',
          fields(
            ['Id', h('code', {}, one.operation_id)],
            ['Ledger', h('a', { href: `#/${path`ledgers/${one.ledger_id}`}` }, one.ledger_id)],
            ['Reference', one.reference_id],
            ['Idempotency key', h('code', {}, one.idempotency_key)],
            ['Accepted', at(one.created_at)],
            ['Decided', one.completed_at && at(one.completed_at)],
            ['Took', one.completed_at && between(one.created_at, one.completed_at)],
            ['Attempts', one.attempts ? String(one.attempts) : 'none yet'],
            ['Version', String(one.version)],
          ),
        ),
        section('Request', request(one.request)),
      ),
    ),
  ];
}

const repeats = (one) => h('p', {}, 'It had the key and the body of ', h('a', { href: `#/operations/${one.duplicate_of}` }, 'an earlier operation'), ', and repeats its outcome.');

function timeline(one) {
  const ends = one.transitions;
  return h(
    'ol',
    { class: 'timeline' },
    ends.map(({ status, at: when }, index) => {
      const before = ends[index - 1];
      const tries = one.attempts > 1 && index === ends.length - 1 && status !== 'pending' && status !== 'discarded';
      const again = status === 'pending' && index > 0;
      return h(
        'li',
        { class: status },
        h('span', { class: 'after' }, before ? `+ ${between(before.at, when)}` : ''),
        h('span', { class: 'node', 'aria-hidden': 'true' }),
        h('span', { class: 'state' }, again ? 'redriven' : plain(status), tries && h('span', { class: 'soft' }, ` at attempt ${one.attempts}`)),
        at(when, precise),
      );
    }),
    !one.done && h('li', { class: 'next' }, h('span', { class: 'after' }), h('span', { class: 'node', 'aria-hidden': 'true' }), h('span', { class: 'soft' }, one.attempts > 1 ? `tried ${one.attempts} times so far` : 'on its way'), h('span', {})),
  );
}

function death(one, refresh) {
  return h(
    'section',
    { class: 'card dead-card' },
    h('h2', {}, 'Why it is dead'),
    h('p', { class: 'cause' }, cause(one.error.detail)),
    h('p', {}, `It was tried ${one.attempts === 1 ? 'once' : `${one.attempts} times`}, and nothing of it is in the books. Redrive it when the cause is gone; discard it if it is never to be applied.`),
    h('details', {}, h('summary', {}, 'As it was told'), h('pre', {}, one.error.detail)),
    may('ledger:admin')
      ? decide(one, { after: refresh })
      : h('p', { class: 'soft' }, 'To redrive or discard it takes a token with the scope ', h('code', {}, 'ledger:admin'), '.'),
  );
}

const steps = (one) =>
  h(
    'ol',
    { class: 'steps' },
    one.steps.map((step) =>
      h(
        'li',
        {},
        h('span', { class: 'name' }, capital(plain(step.name)), step.ledger_id && h('span', { class: 'soft' }, ' in ', step.ledger_id)),
        badge(step.status),
        h('span', { class: 'when' }, step.at ? [at(step.at, precise), h('span', { class: 'soft' }, ` + ${between(one.created_at, step.at)}`)] : ''),
      ),
    ),
  );

function result({ result: { transaction_id, sequence, balances } }) {
  return [
    balances.length > 0 &&
      h(
        'table',
        { class: 'plain' },
        h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, 'Account'), h('th', { scope: 'col', class: 'number' }, 'Balance after'))),
        h('tbody', {}, balances.map((one) => h('tr', {}, h('td', {}, one.account_id), h('td', { class: 'number' }, amount(one.balance_after), ' ', h('span', { class: 'soft' }, one.currency))))),
      ),
    fields(['Transaction', transaction_id && h('code', {}, transaction_id)], ['Sequence', sequence && `${sequence} in its ledger`]),
    !transaction_id && balances.length === 0 && h('p', { class: 'soft' }, 'It moves nothing.'),
  ];
}

/** A request as it was, one line for each field. */
function request(value) {
  const text = (value) => {
    if (Array.isArray(value)) return h('ul', { class: 'nested' }, value.map((item) => h('li', {}, text(item))));
    if (value !== null && typeof value === 'object') return fields(...Object.entries(value).map(([name, item]) => [plain(name), text(item)]));
    return String(value);
  };
  return Object.keys(value).length ? fields(...Object.entries(value).map(([name, item]) => [capital(plain(name)), text(item)])) : h('p', { class: 'soft' }, 'It has no fields of its own.');
}
