// What happens in a ledger, as it happens: its stream of events, for as long as somebody follows it.

import { get, path, post, url } from './api.js';
import { acceptedAt } from './format.js';

const WAIT_MAX_MS = 30_000;
const KEPT_MS = 5 * 60_000;

/** `event` with a CloudEvent as its detail, and `state` when the stream comes or goes. */
export const feed = new EventTarget();

let following = { ledger: null };
let live = false;

/** By ledger and operation: when it was decided, how long that took, and how it ended. */
const outcomes = new Map();

export const isLive = () => live;

export function follow(ledger) {
  if (following.ledger === ledger) return;
  following.abort?.abort();
  const abort = new AbortController();
  following = { ledger, abort };
  tell(false);
  if (ledger) run(ledger, abort.signal);
}

function tell(now) {
  live = now;
  feed.dispatchEvent(new Event('state'));
}

async function run(ledger, signal) {
  const stream = `ledgers/${ledger}/events`; // as the ticket names it, and so not encoded
  recall(ledger, signal);
  let last = null;
  let wait = 1000;
  while (!signal.aborted) {
    try {
      const { ticket } = await post('tickets', { path: `/v1/${stream}` });
      const came = await listen(ledger, stream, ticket, last, signal);
      last = came.last;
      if (came.opened) wait = 1000;
    } catch (refusal) {
      if (refusal.status === undefined) throw refusal;
      if (!refusal.passes && refusal.status !== 404) return; // the lists are asked again and again all the same
    }
    if (signal.aborted) return;
    tell(false);
    await new Promise((done) => setTimeout(done, wait));
    wait = Math.min(wait * 2, WAIT_MAX_MS);
  }
}

/** What was decided just before, so that the first look at a ledger is not at nothing. */
async function recall(ledger, signal) {
  const from = new Date(Date.now() - KEPT_MS).toISOString();
  const { items } = await get(path`ledgers/${ledger}/operations`, { from, limit: 500 }, signal).catch(() => ({ items: [] }));
  items.filter((one) => one.completed_at).forEach((one) => decided(ledger, one.operation_id, one.completed_at, one.status));
}

/** Ends when the browser does not come back by itself: the ticket is over, or what came after `last` is not kept. */
function listen(ledger, stream, ticket, last, signal) {
  return new Promise((done) => {
    const source = new EventSource(url(stream, { ticket, last_event_id: last }));
    const seen = { opened: false, last: null };
    const close = () => (source.close(), done(seen));
    source.onopen = () => {
      seen.opened = true;
      seen.last ??= last;
      if (!live) tell(true);
    };
    source.onmessage = ({ data, lastEventId }) => {
      seen.last = lastEventId;
      const event = JSON.parse(data);
      if (/\.(completed|failed)$/.test(event.type)) {
        decided(ledger, event.data.operation_id, event.time, event.data.status);
      }
      feed.dispatchEvent(new CustomEvent('event', { detail: event }));
    };
    source.onerror = () => source.readyState === EventSource.CLOSED && close();
    signal.addEventListener('abort', close);
  });
}

/** Keeps when an operation was decided; how often it is told does not matter. */
export function decided(ledger, id, at, status) {
  if (status === 'discarded') return;
  const ended = new Date(at).getTime();
  const oldest = Date.now() - KEPT_MS;
  if (ended < oldest) return;
  const known = outcomes.get(ledger) ?? new Map();
  outcomes.set(ledger, known);
  known.set(id, { ended, took: ended - acceptedAt(id), status });
  for (const [key, outcome] of known) if (outcome.ended < oldest) known.delete(key);
}

export const outcomesOf = (ledger) => [...(outcomes.get(ledger)?.values() ?? [])];
