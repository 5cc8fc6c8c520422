// Ledgers that stand still.

import { path, post } from './api.js';
import { ask, notify } from './dialog.js';
import { h } from './dom.js';
import { at, badge, sentence } from './parts.js';
import { may } from './session.js';

export const halted = (ledger) => ledger.state !== 'running';

/** Why a ledger stands still, and the way on. */
export function standing(ledger, after) {
  const { ledger_id: id, state, halt } = ledger;
  const resume = () =>
    ask({
      title: `Resume ${id}?`,
      text: 'What was parked is applied in its order, and then what has come since.',
      confirm: 'Resume',
      act: () => post(path`ledgers/${id}/resume`),
    }).then((now) => now && (notify(now.state === 'running' ? `${id} goes on.` : `${id} applies what was parked.`), after()));
  return h(
    'div',
    { class: 'card halted-card', role: 'group', 'aria-label': `${id} stands still` },
    h('header', {}, h('h2', {}, h('a', { href: `#/${path`ledgers/${id}`}`, 'data-row': true }, id)), badge(state)),
    state === 'resuming' ? h('p', {}, 'It applies what was parked while it stood still.') : h('p', { class: 'cause' }, halt ? sentence(halt.reason) : 'No reason was given.'),
    halt && h('p', { class: 'soft' }, 'Halted by ', halt.by, ' at ', at(halt.at), '. What is accepted meanwhile stays pending and is parked in its order.'),
    state === 'halted' && may('ledger:admin') && h('div', { class: 'buttons' }, h('button', { type: 'button', class: 'primary', id: `resume-${id}`, onclick: resume }, 'Resume …')),
  );
}

export function haltButton({ ledger_id: id }, after) {
  const halt = () =>
    ask({
      title: `Halt ${id}?`,
      text: 'Nothing is applied in it any more until it is resumed. What is accepted stays pending, safe and in its order.',
      reason: { label: 'Why', optional: true },
      confirm: 'Halt',
      danger: true,
      act: (reason) => post(path`ledgers/${id}/halt`, reason ? { reason } : {}),
    }).then((now) => now && (notify(`${id} stands still.`), after()));
  return h('button', { type: 'button', class: 'danger', onclick: halt }, 'Halt …');
}
