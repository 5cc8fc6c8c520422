// For whoever has no token yet, or one that is not taken any more.

import { h, show } from './dom.js';
import { icon } from './parts.js';
import { claims } from './session.js';

export function view({ place, refused, onToken }) {
  const input = h('textarea', { id: 'token', rows: 4, required: true, spellcheck: 'false', autocomplete: 'off', 'aria-describedby': 'wrong', placeholder: 'eyJ…' });
  const wrong = h('p', { id: 'wrong', class: 'refused', role: 'alert', hidden: !refused }, refused);
  const complain = (text) => {
    wrong.textContent = text;
    wrong.hidden = false;
    input.focus();
  };
  const submit = (event) => {
    event.preventDefault();
    const token = input.value.trim().replace(/^Bearer\s+/i, '');
    const known = claims(token);
    if (!known) complain('This is no token: it has three parts with dots between them.');
    else if (known.until && known.until < new Date()) complain('This token has expired already.');
    else if (!known.scopes.includes('ledger:read')) complain('This token lacks the scope ledger:read, without which there is nothing to see.');
    else onToken(token);
  };
  show(
    place,
    h(
      'form',
      { class: 'card sign-in', onsubmit: submit },
      icon('book'),
      h('h1', {}, 'Sign in to Daybook'),
      h('label', { for: 'token' }, 'Bearer token'),
      input,
      wrong,
      h('button', { type: 'submit', class: 'primary' }, 'Sign in'),
      h('p', { class: 'soft' }, 'On the local stack, ', h('code', {}, './daybook token'), ' prints one. The token stays in this tab and goes to this API only.'),
      h('p', { class: 'soft' }, 'It needs the scope ', h('code', {}, 'ledger:read'), '; ', h('code', {}, 'ledger:admin'), ' for dead letters and to halt and resume; ', h('code', {}, 'ledger:write'), ' for action items.'),
    ),
  );
  input.addEventListener('keydown', (event) => event.key === 'Enter' && (event.preventDefault(), event.target.form.requestSubmit()));
  input.focus();
}
