// The bar at the top: where to go, how Daybook is, and who is signed in.

import { get, health } from './api.js';
import { h, show } from './dom.js';
import { number } from './format.js';
import { help } from './keys.js';
import { icon } from './parts.js';
import { may, token } from './session.js';

const PERIOD_MS = 5_000;
const NAV = [
  ['operations', 'Operations'],
  ['ledgers', 'Ledgers'],
  ['dead-letters', 'Dead letters'],
  ['action-items', 'Action items'],
];
const WORD = { up: 'Ready', degraded: 'Degraded', down: 'Down', unreachable: 'No answer' };
const NAME = { postgresql: 'PostgreSQL', redis: 'Redis' };

const bar = document.getElementById('bar');
const dead = h('span', { class: 'count', hidden: true });
const pill = h('summary', { class: 'pill', 'aria-label': 'Health' });
const told = h('div', { class: 'told' });
const healthBox = h('details', { class: 'health' }, pill, told);
let timer;

document.addEventListener('click', ({ target }) => healthBox.contains(target) || healthBox.removeAttribute('open'));
healthBox.addEventListener('keydown', ({ key }) => key === 'Escape' && healthBox.removeAttribute('open'));

/** @param reader what their token says, and `null` while nobody is signed in */
export function drawBar(reader) {
  const button = (name, label, onclick) => h('button', { type: 'button', class: 'quiet', 'aria-label': label, title: label, onclick }, icon(name));
  show(
    bar,
    h('a', { class: 'brand', href: '#/' }, icon('book'), 'Daybook'),
    reader &&
      h(
        'nav',
        { 'aria-label': 'Views' },
        NAV.map(([name, label]) => h('a', { href: `#/${name}`, 'aria-current': name === reader.nav ? 'page' : null }, label, name === 'dead-letters' && dead)),
      ),
    reader &&
      h(
        'div',
        { class: 'tools' },
        healthBox,
        h('span', { class: 'tenant', title: `${reader.subject}: ${reader.scopes.join(', ')}` }, reader.tenant),
        button('keys', 'Keys', help),
        button('moon', 'Light or dark', reader.toggleTheme),
        button('out', 'Sign out', reader.signOut),
      ),
  );
}

export async function watchHealth() {
  clearTimeout(timer);
  if (!token()) return;
  if (!document.hidden) {
    draw(await health());
    if (may('ledger:admin')) await countDead();
  }
  clearTimeout(timer);
  timer = setTimeout(watchHealth, PERIOD_MS);
}

async function countDead() {
  try {
    const { items, next } = await get('dead-letters', { limit: 99 });
    dead.textContent = `${items.length}${next ? '+' : ''}`;
    dead.hidden = items.length === 0;
  } catch {
    dead.hidden = true; // the view itself tells why
  }
}

function draw({ status, dependencies = {}, ledgers }) {
  const stands = ledgers?.halted || ledgers?.resuming || ledgers?.parked;
  pill.className = `pill ${status === 'up' && stands ? 'degraded' : status}`;
  show(
    pill,
    h('span', { class: 'dot', 'aria-hidden': 'true' }),
    h('span', {}, WORD[status] ?? status),
    ledgers?.halted ? h('span', { class: 'more' }, `${number(ledgers.halted)} halted`) : null,
    ledgers?.parked ? h('span', { class: 'more' }, `${number(ledgers.parked)} parked`) : null,
  );
  pill.setAttribute('aria-label', `Health: ${pill.textContent}`);
  const line = (name, value, state = '') => h('div', {}, h('dt', {}, name), h('dd', { class: state }, value));
  show(
    told,
    h(
      'dl',
      {},
      Object.entries(dependencies).map(([name, { status, latency_ms }]) =>
        line(NAME[name] ?? name, status === 'up' ? `answers in ${latency_ms} ms` : 'does not answer', status),
      ),
      ledgers && line('Ledgers halted', number(ledgers.halted), ledgers.halted ? 'degraded' : ''),
      ledgers && line('Ledgers resuming', number(ledgers.resuming), ledgers.resuming ? 'degraded' : ''),
      ledgers && line('Messages parked for them', number(ledgers.parked), ledgers.parked ? 'degraded' : ''),
    ),
    status === 'unreachable' && h('p', {}, 'Daybook does not answer. The console asks again by itself.'),
    status === 'down' && h('p', {}, 'What is accepted stays safe on the queue until PostgreSQL is back.'),
    status === 'degraded' && h('p', {}, 'Without Redis it is slower; nothing is lost.'),
  );
}
