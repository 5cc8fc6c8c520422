// Asking again and again, less often while there is no answer, and not at all while nobody looks.

import { h, show } from './dom.js';
import { time } from './format.js';
import { failure, waiting } from './parts.js';

const WAIT_MAX_MS = 30_000;

/** What is not there may come. */
const NOT_YET_MS = 3_000;

const banner = document.getElementById('trouble');
let since = null;

function trouble(refusal, wait) {
  since ??= new Date();
  show(
    banner,
    h('strong', {}, refusal.title),
    ` since ${time(since)}. What you see may be old. Asking again in ${Math.ceil(wait / 1000)} s. `,
    h('button', { type: 'button', class: 'link', onclick: () => dispatchEvent(new Event('online')) }, 'Ask now'),
  );
  banner.hidden = false;
}

/** Nobody asks any more, or an answer has come. */
export function noTrouble() {
  since = null;
  banner.hidden = true;
}

/**
 * Runs the task every `period` milliseconds, or after as many as it answers, until the signal.
 *
 * @param failed is told what the API refuses, and in how many milliseconds it is asked again; never, if that is Infinity
 * @returns asks at once
 */
export function repeat(task, { period, signal, failed = () => {} }) {
  let timer;
  let running = false;
  let again = false;
  let misses = 0;

  async function run() {
    clearTimeout(timer);
    if (signal.aborted) return;
    if (running) {
      again = true;
      return;
    }
    running = true;
    again = false;
    let wait;
    try {
      await task();
      wait = typeof period === 'function' ? period() : period;
      misses = 0;
      noTrouble();
    } catch (refusal) {
      if (signal.aborted) return;
      if (refusal.status === undefined) throw refusal;
      misses++;
      wait = refusal.passes ? Math.max(refusal.retryAfter * 1000, Math.min(1000 * 2 ** misses, WAIT_MAX_MS)) : refusal.status === 404 ? NOT_YET_MS : Infinity;
      if (refusal.passes) trouble(refusal, wait);
      failed(refusal, wait);
    } finally {
      running = false;
    }
    if (again) run();
    else if (wait < Infinity && !document.hidden) timer = setTimeout(run, wait);
  }

  document.addEventListener('visibilitychange', () => document.hidden || run(), { signal });
  addEventListener('online', run, { signal });
  signal.addEventListener('abort', () => clearTimeout(timer));
  run();
  return run;
}

/**
 * Shows in `place` what is fetched: that it is awaited, what it is, or why there is none.
 *
 * @returns fetches at once
 */
export function load(place, { fetch, render, period, signal }) {
  let shown = false;
  place.setAttribute('aria-busy', 'true');
  const patience = setTimeout(() => shown || signal.aborted || show(place, waiting()), 250);
  const again = repeat(
    async () => {
      const found = await fetch();
      if (signal.aborted) return;
      clearTimeout(patience);
      if (!shown) show(place);
      shown = true;
      place.removeAttribute('aria-busy');
      render(found);
    },
    {
      period,
      signal,
      failed: (refusal) => {
        clearTimeout(patience);
        if (shown && refusal.passes) return;
        shown = false;
        place.removeAttribute('aria-busy');
        show(place, failure(refusal, again));
      },
    },
  );
  return again;
}
