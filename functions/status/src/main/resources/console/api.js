// Daybook's API, beside which the console stands, on whatever host and stage.

import { token } from './session.js';

const BASE = new URL('../v1/', import.meta.url);

/** What the API answers when it does not do as asked; `status` is 0 if it does not answer at all. */
export class Refusal extends Error {
  constructor(status, problem, retryAfter) {
    super(problem.detail);
    this.status = status;
    this.code = problem.code;
    this.title = problem.title;
    this.retryAfter = retryAfter;
  }

  /** Whether it may go better without anybody doing anything. */
  get passes() {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/** Told by `signedOut` when the API does not take the token any more. */
export const signals = new EventTarget();

export const url = (path, query = {}) => {
  const url = new URL(path.replace(/^\//, ''), BASE);
  Object.entries(query).forEach(([name, value]) => value && url.searchParams.set(name, value));
  return url;
};

/** A path of these parts, whatever is in them. */
export const path = (strings, ...parts) => String.raw({ raw: strings }, ...parts.map((part) => encodeURIComponent(part).replaceAll('%3A', ':')));

export const get = (path, query, signal) => send('GET', url(path, query), undefined, signal);
export const post = (path, body) => send('POST', url(path), body);
export const patch = (path, body) => send('PATCH', url(path), body);

async function send(method, url, body, signal) {
  const used = token();
  const headers = { Accept: 'application/json', Authorization: `Bearer ${used}` };
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  if (method !== 'GET') headers['Idempotency-Key'] = `console-${random()}`;
  let answer;
  let json;
  try {
    answer = await fetch(url, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      signal,
      cache: 'no-store',
      credentials: 'omit',
    });
    json = answer.status === 204 ? null : await answer.json().catch(() => ({}));
  } catch (failure) {
    if (signal?.aborted) throw failure;
    throw new Refusal(0, { code: 'unreachable', title: 'Daybook does not answer', detail: 'The network is gone, or Daybook is.' });
  }
  if (answer.ok) return json;
  const problem = { title: 'Daybook refuses', detail: json.message ?? `It answers with status ${answer.status}.`, ...json };
  const refusal = new Refusal(answer.status, problem, Number(answer.headers.get('Retry-After')) || 0);
  if (refusal.status === 401 && used === token()) signals.dispatchEvent(new CustomEvent('signedOut', { detail: refusal }));
  throw refusal;
}

function random() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The health of the service, which is told to everybody, and with 503 when it is bad. */
export async function health(signal) {
  try {
    const answer = await fetch(url('health/ready'), { signal, cache: 'no-store', credentials: 'omit' });
    return await answer.json();
  } catch {
    return { status: 'unreachable' };
  }
}
