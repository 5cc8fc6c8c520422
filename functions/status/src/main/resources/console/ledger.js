// One ledger: whether it goes, what it does, and what is on its accounts.

import { get, path } from './api.js';
import { chart } from './chart.js';
import { h, keyed, show } from './dom.js';
import { amount, number } from './format.js';
import { haltButton, halted, standing } from './halting.js';
import { feed } from './live.js';
import { at, badge, cell, empty, row, rows, table } from './parts.js';
import { picker } from './picker.js';
import { load } from './repeat.js';
import { may } from './session.js';

const PERIOD_MS = 3_000;
const AFTER_EVENT_MS = 500;
const LIMIT = 500;
const OWN = /^(external|exchange|transit):/;

export function view({ place, params: { ledger }, signal }) {
  document.title = `${ledger} · Daybook`;
  const state = h('div', {});
  const books = h('div', { class: 'card flush' });
  const filter = h('input', { type: 'search', placeholder: 'Account', 'aria-label': 'Account', 'data-filter': true, oninput: () => draw() });
  const own = h('input', { type: 'checkbox', onchange: () => draw() });
  let page = { items: [] };
  show(
    place,
    h('p', { class: 'crumbs' }, h('a', { href: '#/ledgers', 'data-up': true }, '← Ledgers')),
    picker({ title: 'Accounts', ledger, name: '', signal }),
    state,
    chart(ledger, signal),
    h('form', { class: 'filters', role: 'search', onsubmit: (event) => event.preventDefault() }, filter, h('label', { class: 'check' }, own, 'Daybook’s own')),
    books,
  );

  const refresh = load(state, {
    signal,
    period: PERIOD_MS,
    fetch: () => get(path`ledgers/${ledger}`, {}, signal),
    render: (one) => keyed(state, [one], { key: (one) => one.ledger_id, state: (one) => one, build: (one) => head(one, () => refresh()) }),
  });
  const recount = load(books, {
    signal,
    period: PERIOD_MS,
    fetch: () => get(path`ledgers/${ledger}/accounts`, { limit: LIMIT }, signal),
    render: (found) => ((page = found), draw()),
  });
  let soon;
  feed.addEventListener('event', () => (soon ??= setTimeout(() => ((soon = null), refresh(), recount()), AFTER_EVENT_MS)), { signal });

  function draw() {
    const text = filter.value.trim().toLowerCase();
    const like = page.items.filter((one) => one.account_id.toLowerCase().includes(text) && (own.checked || !OWN.test(one.account_id)));
    if (like.length === 0) {
      show(books, page.items.length ? empty('No account is named like this') : empty('There is no account yet', `Open one with POST /v1/ledgers/${ledger}/accounts.`));
      return;
    }
    if (!books.querySelector('table')) {
      show(books, table('Accounts', [['Account'], ['Type'], ['Status'], ['Balance', 'number'], ['Held', 'number'], ['Available', 'number'], ['Currency']], rows()));
    }
    keyed(books.querySelector('tbody'), like, {
      key: (one) => one.account_id,
      state: (one) => [one.balance, one.held, one.available, one.status],
      build: line,
      arrived: (row) => row.classList.add('arrived'),
    });
    books.querySelector('.rest')?.remove();
    if (page.next) books.append(h('p', { class: 'rest soft' }, `The first ${number(LIMIT)} accounts are shown.`));
  }
}

const line = (one) =>
  row(
    cell('kind', h('span', { tabindex: 0, 'data-row': true }, one.account_id)),
    cell('where', one.type),
    cell('status', badge(one.status)),
    cell('number amount', amount(one.balance)),
    cell(`number held ${/[1-9]/.test(one.held) ? '' : 'nothing'}`, amount(one.held)),
    cell('number available', amount(one.available)),
    cell('reference', one.currency),
  );

function head(one, refresh) {
  const operations = `#/${path`ledgers/${one.ledger_id}/operations`}`;
  return h(
    'div',
    {},
    halted(one) && standing(one, refresh),
    h(
      'p',
      { class: 'facts' },
      h('strong', {}, one.name),
      badge(one.state),
      h('span', {}, number(one.last_sequence), one.last_sequence === 1 ? ' transaction' : ' transactions'),
      h('span', {}, one.on_dead_letter === 'halt' ? 'halts when one is dead' : 'goes on when one is dead'),
      h('span', {}, 'opened ', at(one.created_at)),
      h('a', { href: operations }, 'Operations'),
      h('a', { href: `#/${path`ledgers/${one.ledger_id}/action-items`}` }, 'Action items'),
      !halted(one) && may('ledger:admin') && haltButton(one, refresh),
    ),
  );
}
