// All ledgers, and which of them stand still.

import { path } from './api.js';
import { h, keyed, show } from './dom.js';
import { number } from './format.js';
import { halted, standing } from './halting.js';
import { at, badge, cell, empty, row, rows, table } from './parts.js';
import { LIMIT, listed, noLedgers } from './picker.js';
import { load } from './repeat.js';

const PERIOD_MS = 3_000;
const CUT = `The first ${number(LIMIT)} ledgers are shown, and those behind them that stand still.`;

export function view({ place, signal }) {
  document.title = 'Ledgers · Daybook';
  const found = h('div', {});
  let ledgers = { items: [] };
  const filter = h('input', { type: 'search', placeholder: 'Name', 'aria-label': 'Name', 'data-filter': true, oninput: () => draw() });
  show(place, h('div', { class: 'heading' }, h('h1', {}, 'Ledgers'), h('form', { class: 'filters', role: 'search', onsubmit: (event) => event.preventDefault() }, filter)), found);
  const refresh = load(found, { signal, period: PERIOD_MS, fetch: () => listed(signal), render: (all) => ((ledgers = all), draw()) });

  function draw() {
    const text = filter.value.trim().toLowerCase();
    const like = ledgers.items.filter((one) => `${one.ledger_id} ${one.name}`.toLowerCase().includes(text));
    if (ledgers.items.length === 0) return show(found, noLedgers());
    if (like.length === 0) return show(found, empty('None is named like this', ...(ledgers.next ? [CUT] : [])));
    if (!found.querySelector('table')) {
      show(found, h('ul', { class: 'standing' }), h('div', { class: 'card flush' }, table('Ledgers', [['Ledger'], ['Name'], ['State'], ['When one is dead'], ['Transactions', 'number'], ['Opened']], rows())));
    }
    keyed(found.querySelector('.standing'), like.filter(halted), { key: (one) => one.ledger_id, state: (one) => one, build: (one) => h('li', {}, standing(one, refresh)) });
    keyed(found.querySelector('tbody'), like, { key: (one) => one.ledger_id, state: (one) => one, build: line });
    found.querySelector('.rest')?.remove();
    if (ledgers.next) found.append(h('p', { class: 'rest soft' }, CUT));
  }
}

const line = (one) =>
  row(
    cell('kind', h('a', { href: `#/${path`ledgers/${one.ledger_id}`}`, 'data-row': true }, one.ledger_id)),
    cell('where', one.name),
    cell('status', badge(one.state)),
    cell('reference', one.on_dead_letter === 'halt' ? 'it halts' : 'it goes on'),
    cell('number amount', number(one.last_sequence), h('span', { class: 'narrow' }, one.last_sequence === 1 ? ' transaction' : ' transactions')),
    cell('when', h('span', { class: 'narrow' }, 'opened '), at(one.created_at)),
  );

