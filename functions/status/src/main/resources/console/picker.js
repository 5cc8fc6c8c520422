// Which ledger is looked at.

import { get, path } from './api.js';
import { h, show } from './dom.js';
import { badge, empty } from './parts.js';
import { load } from './repeat.js';

const KEY = 'daybook.ledger';

export const current = () => sessionStorage.getItem(KEY);
export const remember = (ledger) => sessionStorage.setItem(KEY, ledger);

export const LIMIT = 500;

/** The first ledgers by their names, and those that stand still wherever they are; `next` if there are more. */
export async function listed(signal) {
  const { items, next } = await get('ledgers', { limit: LIMIT }, signal);
  if (!next) return { items };
  const standing = await Promise.all(['halted', 'resuming'].map((state) => get('ledgers', { state, limit: LIMIT }, signal)));
  const found = new Map([...items, ...standing.flatMap((page) => page.items)].map((one) => [one.ledger_id, one]));
  return { items: [...found.values()], next };
}

export const noLedgers = () =>
  empty('There is no ledger yet', 'Open one with POST /v1/ledgers and an account in it; the README shows how. It appears here by itself.');

/** A view of the ledger that was looked at last, or of the first one. */
export const anyLedger = (name) => ({
  view({ place, signal }) {
    document.title = 'Daybook';
    load(place, {
      signal,
      period: 3000,
      fetch: () => listed(signal),
      render({ items }) {
        const chosen = items.find((ledger) => ledger.ledger_id === current()) ?? items[0];
        if (chosen) location.replace(`#/${path`ledgers/${chosen.ledger_id}/`}${name}`);
        else show(place, noLedgers());
      },
    });
  },
});

/** The heading of a view of one ledger, with the others to choose from. */
export function picker({ title, ledger, name, signal }) {
  const select = h(
    'select',
    { 'aria-label': 'Ledger', onchange: ({ target }) => (location.hash = `#/${path`ledgers/${target.value}`}${name && `/${name}`}`) },
    h('option', { selected: true }, ledger),
  );
  const state = h('span', {});
  listed(signal)
    .then(({ items, next }) => {
      const ids = new Set([ledger, ...items.map((one) => one.ledger_id)]);
      show(select, [...ids].sort().map((id) => h('option', { value: id, selected: id === ledger }, id)), next && h('option', { disabled: true }, '… and more'));
      const halted = items.find((one) => one.ledger_id === ledger && one.state !== 'running');
      show(state, halted && h('a', { href: `#/${path`ledgers/${ledger}`}` }, badge(halted.state)));
    })
    .catch(() => {}); // the view itself tells why
  return h('div', { class: 'heading' }, h('h1', {}, title), h('span', { class: 'of' }, 'in'), select, state);
}
