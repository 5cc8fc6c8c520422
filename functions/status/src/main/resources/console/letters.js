// What an operator does about an operation that is dead.

import { path, post } from './api.js';
import { ask, notify } from './dialog.js';
import { h } from './dom.js';
import { causeOf } from './words.js';

export const cause = causeOf;

/**
 * The two ways out of a dead letter.
 *
 * @param together how many go with it
 * @param after is told the letter as it is afterwards
 */
export function decide({ operation_id: id }, { together = 0, after }) {
  const others = together > 0 && `With it go the ${together} other operations of its atomic batch.`;
  const redrive = () =>
    ask({
      title: 'Redrive it?',
      text: ['It goes to its ledger again and is applied once, behind what the ledger has accepted since. If the cause is still there, it will be dead again.', others].filter(Boolean),
      confirm: 'Redrive',
      act: () => post(path`dead-letters/${id}/redrive`),
    }).then((letter) => letter && (notify('Redriven. It is on its way.'), after(letter)));
  const discard = () =>
    ask({
      title: 'Discard it for good?',
      text: ['It is never applied, and its idempotency key and reference stay taken. This cannot be undone.', others].filter(Boolean),
      reason: { label: 'Why' },
      confirm: 'Discard',
      danger: true,
      act: (reason) => post(path`dead-letters/${id}/discard`, { reason }),
    }).then((letter) => letter && (notify('Discarded.'), after(letter)));
  return h(
    'div',
    { class: 'buttons' },
    h('button', { type: 'button', class: 'primary', id: `redrive-${id}`, onclick: redrive }, 'Redrive …'),
    h('button', { type: 'button', class: 'danger', id: `discard-${id}`, onclick: discard }, 'Discard …'),
  );
}
