// The keyboard: through lists, to the filter, between views.

import { h } from './dom.js';

const KEYS = [
  [['j', '↓'], 'next in the list'],
  [['k', '↑'], 'the one before'],
  [['Enter'], 'open it'],
  [['/'], 'filter'],
  [['n', 'p'], 'older ones, and the newest'],
  [['Esc'], 'close, leave the filter, or go back'],
  [['g', 'o'], 'operations'],
  [['g', 'l'], 'ledgers'],
  [['g', 'd'], 'dead letters'],
  [['g', 'a'], 'action items'],
  [['t'], 'light or dark'],
  [['?'], 'this list'],
];

const GOTO = { o: '#/operations', l: '#/ledgers', d: '#/dead-letters', a: '#/action-items' };
const SEQUENCE_MS = 1500;

let goingSince = -Infinity;

export function help() {
  const close = () => (dialog.close(), dialog.remove());
  const dialog = h(
    'dialog',
    { 'aria-labelledby': 'keys', oncancel: close },
    h('h2', { id: 'keys' }, 'Keys'),
    h('dl', { class: 'keys' }, KEYS.map(([keys, what]) => h('div', {}, h('dt', {}, keys.map((key) => h('kbd', {}, key))), h('dd', {}, what)))),
    h('div', { class: 'buttons' }, h('button', { type: 'button', class: 'primary', onclick: close }, 'Close')),
  );
  document.body.append(dialog);
  dialog.showModal();
}

function move(step) {
  const all = [...document.querySelectorAll('#main [data-row]')].filter((row) => row.offsetParent);
  const here = all.indexOf(document.activeElement);
  const next = here < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(here + step, 0), all.length - 1);
  all[next]?.focus();
  all[next]?.scrollIntoView({ block: 'nearest' });
}

const isField = (element) => element.matches('input, textarea, select');

export function listen({ toggleTheme }) {
  document.addEventListener('keydown', (event) => {
    const { key, target } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return;
    if (isField(target)) {
      if (key === 'Escape') target.blur();
      return;
    }
    const going = performance.now() - goingSince < SEQUENCE_MS;
    goingSince = -Infinity;
    const inList = target.matches('[data-row]');
    if (going && GOTO[key]) location.hash = GOTO[key];
    else if (key === 'g') goingSince = performance.now();
    else if (key === 'j' || (key === 'ArrowDown' && inList)) move(1);
    else if (key === 'k' || (key === 'ArrowUp' && inList)) move(-1);
    else if (key === '/') document.querySelector('#main [data-filter]')?.focus();
    else if (key === 'n' || key === 'p') document.querySelector(`#main [data-page="${key}"]`)?.click();
    else if (key === 't') toggleTheme();
    else if (key === '?') help();
    else if (key === 'Escape') document.querySelector('#main [data-up]')?.click();
    else return;
    event.preventDefault();
  });
}
