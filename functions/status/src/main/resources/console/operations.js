// The operations of a ledger, the newest first, as they arrive and change.

import { get, path } from './api.js';
import { chart } from './chart.js';
import { h, keyed, show } from './dom.js';
import { between } from './format.js';
import { decided, feed, isLive } from './live.js';
import { at, badge, cell, empty, row, rows, table } from './parts.js';
import { picker } from './picker.js';
import { load } from './repeat.js';
import { capital, KINDS, plain, STATUSES, summary } from './words.js';

const LIMIT = 50;
const PERIOD_MS = 2_000;
const AFTER_EVENT_MS = 300;

export function view({ place, params: { ledger }, query, signal }) {
  document.title = `Operations of ${ledger} · Daybook`;
  const wanted = Object.fromEntries(['status', 'kind', 'reference_id', 'after'].map((name) => [name, query.get(name) ?? '']));
  const found = h('div', { class: 'card flush' });
  const state = h('p', { class: 'live', role: 'status' });
  show(
    place,
    picker({ title: 'Operations', ledger, name: 'operations', signal }),
    chart(ledger, signal),
    h('div', { class: 'filter-line' }, filters(wanted, (change) => go(ledger, { ...wanted, after: '', ...change })), state),
    found,
  );

  const refresh = load(found, {
    signal,
    period: PERIOD_MS,
    fetch: () => get(path`ledgers/${ledger}/operations`, { ...wanted, limit: LIMIT }, signal),
    render: ({ items, next }) => {
      items.filter((one) => one.completed_at).forEach((one) => decided(ledger, one.operation_id, one.completed_at, one.status));
      list(found, items);
      pages(found, ledger, wanted, next);
    },
  });

  const tell = () => {
    const paging = Boolean(wanted.after);
    state.className = `live ${isLive() && !paging ? 'on' : ''}`;
    show(state, h('span', { class: 'dot', 'aria-hidden': 'true' }), paging ? 'Older operations' : isLive() ? 'Live' : 'Every 2 seconds');
  };
  let soon;
  feed.addEventListener('state', tell, { signal });
  feed.addEventListener('event', () => (soon ??= setTimeout(() => ((soon = null), refresh()), AFTER_EVENT_MS)), { signal });
  tell();
}

function go(ledger, wanted) {
  const query = new URLSearchParams(Object.entries(wanted).filter(([, value]) => value));
  location.hash = `#/${path`ledgers/${ledger}/operations`}${query.size ? `?${query}` : ''}`;
}

function filters(wanted, change) {
  const select = (name, label, values) =>
    h(
      'select',
      { 'aria-label': label, onchange: ({ target }) => change({ [name]: target.value }) },
      h('option', { value: '' }, label),
      values.map((value) => h('option', { value, selected: value === wanted[name] }, capital(plain(value)))),
    );
  const reference = h('input', {
    type: 'search',
    value: wanted.reference_id,
    placeholder: 'Reference',
    'aria-label': 'Reference, exactly',
    'data-filter': true,
    onchange: ({ target }) => change({ reference_id: target.value.trim() }),
  });
  const any = wanted.status || wanted.kind || wanted.reference_id;
  return h(
    'form',
    { class: 'filters', role: 'search', onsubmit: (event) => (event.preventDefault(), change({ reference_id: reference.value.trim() })) },
    select('status', 'Any status', STATUSES),
    select('kind', 'Any kind', KINDS),
    reference,
    any && h('button', { type: 'button', class: 'link', onclick: () => change({ status: '', kind: '', reference_id: '' }) }, 'Clear'),
  );
}

function list(place, items) {
  if (items.length === 0) {
    const filtered = /[?&](status|kind|reference_id)=/.test(location.hash);
    show(place, filtered ? empty('None is like this', 'Clear the filter to see the others.') : empty('Nothing has been asked of this ledger yet', 'Send a deposit, and it appears here by itself.'));
    return;
  }
  if (!place.querySelector('table')) {
    show(
      place,
      table('Operations', [['Accepted'], ['Kind'], ['Accounts'], ['Amount', 'number'], ['Reference'], ['Status'], ['Took', 'number']], rows()),
    );
  }
  keyed(place.querySelector('tbody'), items, {
    key: (one) => one.operation_id,
    state: (one) => [one.version, one.status],
    build: line,
    arrived: (row) => row.classList.add('arrived'),
  });
}

function line(one) {
  const { what, where } = summary(one);
  return row(
    cell('when', at(one.created_at)),
    cell('kind', h('a', { href: `#/operations/${one.operation_id}`, 'data-row': true }, capital(plain(one.kind)))),
    cell('where', where),
    cell('number amount', what),
    cell('reference', one.reference_id),
    cell('status', badge(one.status), one.error && h('span', { class: 'why' }, plain(one.error.code)), !one.done && one.attempts > 1 && h('span', { class: 'why' }, `attempt ${one.attempts}`)),
    cell('number took', one.completed_at && between(one.created_at, one.completed_at)),
  );
}

function pages(place, ledger, wanted, next) {
  place.querySelector('.pages')?.remove();
  if (!next && !wanted.after) return;
  place.append(
    h(
      'nav',
      { class: 'pages', 'aria-label': 'Pages' },
      wanted.after && h('button', { type: 'button', 'data-page': 'p', onclick: () => go(ledger, { ...wanted, after: '' }) }, '← Newest'),
      next && h('button', { type: 'button', 'data-page': 'n', onclick: () => go(ledger, { ...wanted, after: next }) }, 'Older →'),
    ),
  );
}
