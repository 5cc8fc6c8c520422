// Who is signed in. The token is kept for as long as the tab is, and goes nowhere but into the Authorization header.

const KEY = 'daybook.token';

export const token = () => sessionStorage.getItem(KEY);

export function keep(token) {
  sessionStorage.setItem(KEY, token);
}

export function forget() {
  sessionStorage.clear(); // the ledger too that was looked at
}

/** What a token says of itself; nothing if it is none. Whether it is true is for the API to say. */
export function claims(token) {
  try {
    const part = token.split('.')[1].replaceAll('-', '+').replaceAll('_', '/');
    const bytes = Uint8Array.from(atob(part), (letter) => letter.charCodeAt(0));
    const { tenant, scope, sub, exp } = JSON.parse(new TextDecoder().decode(bytes));
    return { tenant, subject: sub, scopes: String(scope ?? '').split(' '), until: exp ? new Date(exp * 1000) : null };
  } catch {
    return null;
  }
}

export const may = (scope) => claims(token() ?? '')?.scopes.includes(scope) ?? false;
