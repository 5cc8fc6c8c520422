// How much a ledger does, and how fast, over the last minutes.

import { h, show, svg } from './dom.js';
import { duration } from './format.js';
import { outcomesOf } from './live.js';

const MINUTES = 5;
const SLOT_MS = 5_000;
const SLOTS = (MINUTES * 60_000) / SLOT_MS;
const GAP_MAX = 3;
const WIDTH = SLOTS * 5;
const HEIGHT = 48;

const share = (sorted, part) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
const round = (value) => (value >= 10 ? Math.round(value) : Math.round(value * 10) / 10);

function slots(ledger) {
  const end = Math.floor(Date.now() / SLOT_MS) + 1;
  const all = Array.from({ length: SLOTS }, () => ({ good: 0, bad: 0, took: [] }));
  for (const { ended, took, status } of outcomesOf(ledger)) {
    const slot = all[SLOTS - (end - Math.floor(ended / SLOT_MS))];
    if (!slot) continue;
    slot[status === 'succeeded' ? 'good' : 'bad']++;
    slot.took.push(took);
  }
  all.forEach((slot) => slot.took.sort((a, b) => a - b));
  return all;
}

const frame = (label, ...children) =>
  svg('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', role: 'img', 'aria-label': label }, children);

function bars(all, max) {
  const bar = (kind, index, from, count) =>
    count && svg('rect', { class: kind, x: index * 5 + 0.5, width: 4, y: HEIGHT - ((from + count) / max) * HEIGHT, height: (count / max) * HEIGHT });
  return all.flatMap((slot, index) => [bar('good', index, 0, slot.good), bar('bad', index, slot.good, slot.bad)]);
}

/** A line through the slots in which something was decided; where nothing was for a while, there is none. */
function line(kind, all, part, max) {
  let last = -Infinity;
  const d = all.map((slot, index) => {
    if (!slot.took.length) return '';
    const goesOn = index - last <= GAP_MAX;
    last = index;
    const x = index * 5 + 2.5;
    const y = (HEIGHT - (share(slot.took, part) / max) * (HEIGHT - 2) - 1).toFixed(1);
    return goesOn ? `L${x} ${y}` : `M${x - 1.5} ${y}L${x} ${y}`;
  });
  return svg('path', { class: kind, d: d.join(''), 'vector-effect': 'non-scaling-stroke' });
}

function panel(title, value, unit, note, picture) {
  return h(
    'figure',
    {},
    h('figcaption', {}, h('span', {}, title), h('strong', {}, value, h('small', {}, unit)), h('span', { class: 'soft' }, note)),
    picture,
    h('div', { class: 'axis', 'aria-hidden': 'true' }, h('span', {}, `${MINUTES} min ago`), h('span', {}, 'now')),
  );
}

/** A picture of the ledger that draws itself anew every few seconds, until the signal. */
export function chart(ledger, signal) {
  const place = h('div', { class: 'charts' });
  const draw = () => {
    const all = slots(ledger);
    const most = Math.max(...all.map((slot) => slot.good + slot.bad));
    const took = all.flatMap((slot) => slot.took).sort((a, b) => a - b);
    const recent = all.slice(-6).reduce((sum, slot) => sum + slot.good + slot.bad, 0) / ((6 * SLOT_MS) / 1000);
    const failed = all.reduce((sum, slot) => sum + slot.bad, 0);
    const slowest = Math.max(1, ...all.map((slot) => (slot.took.length ? share(slot.took, 0.95) : 0)));
    const [half, most95] = [share(took, 0.5) ?? 0, share(took, 0.95) ?? 0];
    show(
      place,
      panel(
        'Outcomes',
        round(recent),
        ' a second',
        took.length ? `${took.length} seen, ${failed} failed · peak ${round(most / (SLOT_MS / 1000))}` : 'none seen yet',
        frame(`Outcomes of the last ${MINUTES} minutes: ${took.length} seen, ${failed} of them failed`, bars(all, Math.max(most, 5))),
      ),
      panel(
        'Accepted to outcome',
        took.length ? duration(half) : '–',
        took.length ? ' median' : '',
        took.length ? `95 of 100 within ${duration(most95)} · peak ${duration(slowest)}` : 'none seen yet',
        frame(`Time from acceptance to outcome: median ${duration(half)}, 95 of 100 within ${duration(most95)}`, line('upper', all, 0.95, slowest), line('middle', all, 0.5, slowest)),
      ),
    );
  };
  draw();
  const timer = setInterval(draw, 1000);
  signal.addEventListener('abort', () => clearInterval(timer));
  return place;
}
