// Asking before something is done, and telling afterwards.

import { h } from './dom.js';

const NOTICE_MS = 8_000;

/**
 * Asks, and does what is confirmed while the dialog is open: what the API refuses is told in it.
 *
 * @param reason the label of a text that goes with it, and whether it may be left out
 * @param act is given the text
 * @returns what `act` does, or `null` when the reader thinks better of it
 */
export function ask({ title, text, reason, confirm, danger, act }) {
  return new Promise((done) => {
    const input = reason && h('textarea', { id: 'reason', rows: 3, maxlength: 500, required: !reason.optional });
    const refused = h('p', { class: 'refused', role: 'alert', hidden: true });
    const button = h('button', { type: 'submit', class: danger ? 'danger' : 'primary' }, confirm);
    const close = (result) => {
      dialog.close();
      dialog.remove();
      done(result);
    };
    const submit = async (event) => {
      event.preventDefault();
      const given = input?.value.trim();
      if (input && !reason.optional && !given) {
        input.setCustomValidity('Say why, in words.');
        input.reportValidity();
        return;
      }
      button.disabled = true;
      try {
        close(await act(given));
      } catch (refusal) {
        if (refusal.status === undefined) throw refusal;
        refused.textContent = `${refusal.title}: ${refusal.message}`;
        refused.hidden = false;
        button.disabled = false;
      }
    };
    input?.addEventListener('input', () => input.setCustomValidity(''));
    const dialog = h(
      'dialog',
      { 'aria-labelledby': 'asked', oncancel: (event) => (event.preventDefault(), close(null)) },
      h(
        'form',
        { onsubmit: submit },
        h('h2', { id: 'asked' }, title),
        [text].flat().map((line) => h('p', {}, line)),
        reason && h('label', { for: 'reason' }, reason.label, reason.optional && h('span', { class: 'soft' }, ' (may be left out)')),
        input,
        refused,
        h('div', { class: 'buttons' }, h('button', { type: 'button', onclick: () => close(null) }, 'Cancel'), button),
      ),
    );
    document.body.append(dialog);
    dialog.showModal();
    (input ?? button).focus();
  });
}

export function notify(...children) {
  const notice = h('p', { class: 'notice' }, children);
  document.getElementById('notices').append(notice);
  setTimeout(() => notice.remove(), NOTICE_MS);
}
