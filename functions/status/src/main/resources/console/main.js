// Shows the view that the address names, and the sign-in to whoever has no token that is taken.

import * as actionItems from './action-items.js';
import { signals } from './api.js';
import { drawBar, watchHealth } from './bar.js';
import * as deadLetters from './dead-letters.js';
import { show } from './dom.js';
import { listen } from './keys.js';
import * as ledger from './ledger.js';
import * as ledgers from './ledgers.js';
import { follow } from './live.js';
import * as operation from './operation.js';
import * as operations from './operations.js';
import { empty } from './parts.js';
import { anyLedger, current, remember } from './picker.js';
import { noTrouble } from './repeat.js';
import { claims, forget, keep, token } from './session.js';
import * as signIn from './sign-in.js';
import * as theme from './theme.js';

const main = document.getElementById('main');

const ROUTES = [
  [/^\/operations$/, anyLedger('operations'), 'operations'],
  [/^\/action-items$/, anyLedger('action-items'), 'action-items'],
  [/^\/operations\/(?<id>[^/]+)$/, operation, 'operations'],
  [/^\/ledgers$/, ledgers, 'ledgers'],
  [/^\/ledgers\/(?<ledger>[^/]+)$/, ledger, 'ledgers'],
  [/^\/ledgers\/(?<ledger>[^/]+)\/operations$/, operations, 'operations'],
  [/^\/ledgers\/(?<ledger>[^/]+)\/action-items$/, actionItems, 'action-items'],
  [/^\/dead-letters$/, deadLetters, 'dead-letters'],
];

let leaving = new AbortController();
let refused = null;

function leave() {
  leaving.abort();
  leaving = new AbortController();
  noTrouble();
  document.querySelectorAll('dialog').forEach((dialog) => dialog.remove());
  return leaving.signal;
}

function open() {
  const signal = leave();
  const known = claims(token() ?? '');
  if (!known) {
    follow(null);
    drawBar(null);
    document.title = 'Sign in · Daybook';
    signIn.view({ place: main, refused, signal, onToken: signedIn });
    return;
  }
  const [address, search] = location.hash.replace(/^#/, '').split('?');
  if (address === '' || address === '/') {
    location.replace('#/operations');
    return;
  }
  const found = ROUTES.map(([pattern, view, nav]) => ({ match: pattern.exec(address), view, nav })).find(({ match }) => match);
  drawBar({ ...known, nav: found?.nav, toggleTheme, signOut });
  if (!found) {
    document.title = 'Daybook';
    show(main, empty('There is no such view', 'Choose one above.'));
    return;
  }
  const params = Object.fromEntries(Object.entries(found.match.groups ?? {}).map(([name, value]) => [name, decodeURIComponent(value)]));
  if (params.ledger) remember(params.ledger);
  follow(current());
  scrollTo(0, 0);
  show(main);
  found.view.view({ place: main, params, query: new URLSearchParams(search), signal });
}

function signedIn(token) {
  keep(token);
  location.reload(); // so that nothing is left in the page of what was fetched for another reader
}

function signOut() {
  forget();
  open();
}

function toggleTheme() {
  theme.toggle();
}

signals.addEventListener('signedOut', ({ detail }) => {
  const until = claims(token() ?? '')?.until;
  refused = until && until < new Date() ? 'Your token has expired. Paste a new one.' : `The API does not take this token: ${detail.message}.`;
  signOut();
});

theme.apply();
listen({ toggleTheme });
addEventListener('hashchange', open);
open();
watchHealth();
