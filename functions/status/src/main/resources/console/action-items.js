// Follow-up work on a ledger, and what went wrong with it.

import { get, patch, path } from './api.js';
import { notify } from './dialog.js';
import { h, keyed, show } from './dom.js';
import { brief } from './format.js';
import { feed } from './live.js';
import { at, badge, empty, sentence } from './parts.js';
import { picker } from './picker.js';
import { load } from './repeat.js';
import { may } from './session.js';
import { capital, causeOf, plain } from './words.js';

const PERIOD_MS = 3_000;
const LIMIT = 50;
const NEXT = {
  open: [['in_progress', 'Start'], ['cancelled', 'Cancel']],
  in_progress: [['done', 'Done'], ['open', 'Put back'], ['cancelled', 'Cancel']],
  done: [['open', 'Open again']],
  cancelled: [['open', 'Open again']],
};

export function view({ place, params: { ledger }, query, signal }) {
  document.title = `Action items of ${ledger} · Daybook`;
  const status = query.get('status') ?? '';
  const after = query.get('after') ?? '';
  const go = (change) => {
    const wanted = new URLSearchParams(Object.entries({ status, ...change }).filter(([, value]) => value));
    location.hash = `#/${path`ledgers/${ledger}/action-items`}${wanted.size ? `?${wanted}` : ''}`;
  };
  const found = h('div', {});
  show(
    place,
    picker({ title: 'Action items', ledger, name: 'action-items', signal }),
    h(
      'form',
      { class: 'filters', role: 'search', onsubmit: (event) => event.preventDefault() },
      h('select', { 'aria-label': 'Any status', 'data-filter': true, onchange: ({ target }) => go({ status: target.value }) }, h('option', { value: '' }, 'Any status'), Object.keys(NEXT).map((name) => h('option', { value: name, selected: name === status }, capital(plain(name))))),
    ),
    found,
  );
  const refresh = load(found, {
    signal,
    period: PERIOD_MS,
    fetch: () => get(path`ledgers/${ledger}/action-items`, { status, after, limit: LIMIT }, signal),
    render: ({ items, next }) => {
      if (items.length === 0) {
        show(found, status ? empty('None is like this', 'Choose another status.') : empty('There is nothing to do', 'What goes wrong in this ledger and needs somebody opens an item here by itself.'));
        return;
      }
      if (!found.querySelector('.items')) show(found, h('ul', { class: 'items' }));
      keyed(found.querySelector('.items'), items, { key: (item) => item.action_item_id, state: (item) => [item.version, item.exceptions.length], build: (item) => card(item, refresh) });
      found.querySelector('.pages')?.remove();
      if (next) found.append(h('nav', { class: 'pages', 'aria-label': 'Pages' }, h('button', { type: 'button', 'data-page': 'n', onclick: () => go({ after: next }) }, 'Later ones →')));
    },
  });
  feed.addEventListener('event', () => refresh(), { signal });
}

function card(item, refresh) {
  const late = item.due_at && new Date(item.due_at) < new Date() && ['open', 'in_progress'].includes(item.status);
  return h(
    'li',
    { class: 'card' },
    h(
      'header',
      {},
      h('h2', {}, h('span', { tabindex: 0, 'data-row': true }, item.title)),
      badge(item.status),
      h(
        'p',
        { class: 'where' },
        item.assignee ? `for ${item.assignee}` : 'for nobody yet',
        item.due_at && [' · due ', h('span', { class: late ? 'late' : null }, at(item.due_at))],
        ' · opened ',
        at(item.created_at),
        item.operation_id && [' · about ', h('a', { href: `#/operations/${item.operation_id}` }, `operation ${brief(item.operation_id)}`)],
      ),
    ),
    item.details && h('p', {}, item.details),
    item.exceptions.length > 0 &&
      h(
        'div',
        { class: 'exceptions' },
        h('h3', {}, `What went wrong (${item.exceptions.length})`),
        h('ol', {}, item.exceptions.map((one) => h('li', {}, at(one.at), h('span', {}, sentence(causeOf(one.message)), ' ', h('code', {}, one.code)), h('a', { href: `#/operations/${one.operation_id}` }, brief(one.operation_id))))),
      ),
    may('ledger:write') && h('div', { class: 'buttons' }, NEXT[item.status].map(([status, label], index) => h('button', { type: 'button', class: index === 0 ? 'primary' : null, onclick: (event) => change(event.target, item, status, refresh) }, label))),
  );
}

async function change(button, item, status, refresh) {
  const buttons = [...button.parentElement.children];
  buttons.forEach((one) => (one.disabled = true));
  try {
    await patch(path`ledgers/${item.ledger_id}/action-items/${item.action_item_id}`, { status, version: item.version });
    notify(`${item.title}: ${plain(status)}.`);
  } catch (refusal) {
    if (refusal.status === undefined) throw refusal;
    notify(`${refusal.title}. ${sentence(refusal.message)}`);
  }
  buttons.forEach((one) => (one.disabled = false));
  refresh();
}
