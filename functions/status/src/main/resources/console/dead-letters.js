// What could not be processed and waits for an operator, and what became of it.

import { get, path } from './api.js';
import { h, keyed, show } from './dom.js';
import { brief } from './format.js';
import { cause, decide } from './letters.js';
import { feed } from './live.js';
import { at, badge, empty } from './parts.js';
import { load } from './repeat.js';
import { capital, plain, summary } from './words.js';

const PERIOD_MS = 2_000;
const LIMIT = 50;

/** What was decided in this tab, so that it can be seen what came of it: letters by the ids of their operations. */
const handled = new Map();
const operations = new Map();

export function view({ place, query, signal }) {
  document.title = 'Dead letters · Daybook';
  const after = query.get('after') ?? '';
  const found = h('div', {});
  show(place, h('div', { class: 'heading' }, h('h1', {}, 'Dead letters'), h('p', { class: 'where' }, 'What could not be processed, in all ledgers, the oldest first')), found);

  const refresh = load(found, {
    signal,
    period: PERIOD_MS,
    fetch: async () => {
      const { items, next } = await get('dead-letters', { after, limit: LIMIT }, signal);
      items.forEach((letter) => handled.delete(letter.operation_id));
      const open = items.filter((letter) => letter.readable && !operations.has(letter.operation_id));
      const moving = [...handled.values()].filter((letter) => letter.readable && !operations.get(letter.operation_id)?.done);
      await Promise.all([...open, ...moving].map(look));
      return { items, next };
    },
    render: ({ items, next }) => draw(found, items, next),
  });
  feed.addEventListener('event', ({ detail }) => /\.(dead|redriven|discarded)$/.test(detail.type) && refresh(), { signal });

  async function look({ operation_id: id }) {
    operations.set(id, await get(path`operations/${id}`, {}, signal));
  }

  function decided(letter) {
    handled.set(letter.operation_id, letter);
    operations.delete(letter.operation_id);
    refresh();
  }

  function draw(place, items, next) {
    const done = [...handled.values()].reverse();
    if (items.length + done.length === 0) {
      show(place, after ? empty('There are no more') : empty('Nothing is dead', 'Every operation that was accepted is decided or on its way. What cannot be processed will appear here by itself.'));
      return;
    }
    if (!place.querySelector('.letters')) show(place, h('ul', { class: 'letters' }));
    keyed(place.querySelector('.letters'), [...items, ...done], {
      key: (letter) => letter.operation_id,
      state: (letter) => [letter, operations.get(letter.operation_id)?.version],
      build: (letter) => card(letter, items),
    });
    place.querySelector('.pages')?.remove();
    if (next) place.append(h('nav', { class: 'pages' }, h('a', { href: `#/dead-letters?after=${next}`, 'data-page': 'n' }, 'Later ones →')));
  }

  function card(letter, items) {
    const operation = operations.get(letter.operation_id);
    const { what, where } = operation ? summary(operation) : {};
    const together = items.filter((other) => other.letter_id === letter.letter_id).length - 1;
    const title = operation ? [capital(plain(operation.kind)), what && ` of ${what}`] : 'A message that could not be read';
    return h(
      'li',
      { class: letter.resolution ? 'card settled' : 'card' },
      h(
        'header',
        {},
        h('h2', {}, operation ? h('a', { href: `#/operations/${letter.operation_id}`, 'data-row': true }, title) : h('span', { tabindex: 0, 'data-row': true }, title)),
        badge(letter.resolution === 'discarded' ? 'discarded' : letter.resolution ? (operation?.status ?? 'pending') : 'dead'),
        h('p', { class: 'where' }, where, where && ' · ', 'in ', h('a', { href: `#/${path`ledgers/${letter.ledger_id}`}` }, letter.ledger_id), ' · dead since ', at(letter.dead_at), ` · ${letter.attempts === 1 ? 'tried once' : `tried ${letter.attempts} times`}`, operation?.reference_id && ` · ${operation.reference_id}`),
      ),
      h('p', { class: 'cause' }, cause(letter.cause)),
      letter.resolution ? outcome(letter, operation) : h('p', { class: 'soft' }, 'Nothing of it is in the books. Redrive it when the cause is gone; discard it if it is never to be applied.'),
      (letter.stack || letter.body || letter.cause) &&
        h('details', {}, h('summary', {}, 'For those who mend it'), h('pre', {}, [letter.cause, letter.stack, letter.body && `Message: ${letter.body}`].filter(Boolean).join('\n\n')), h('p', { class: 'soft' }, 'Operation ', h('code', {}, letter.operation_id))),
      !letter.resolution && decide(letter, { together, after: decided }),
    );
  }
}

function outcome(letter, operation) {
  const who = [' by ', letter.resolved_by, ' at ', at(letter.resolved_at)];
  if (letter.resolution === 'discarded') return h('p', { class: 'outcome' }, h('strong', {}, 'Discarded'), who, ': ', letter.reason, h('span', { class: 'soft' }, ' It is never applied.'));
  const now = { succeeded: 'It has succeeded.', failed: 'It was then refused for a business reason.', dead: 'It is dead again.' }[operation?.status] ?? 'It is on its way …';
  return h('p', { class: `outcome ${operation?.status ?? ''}` }, h('strong', {}, 'Redriven'), who, '. ', now, ' ', h('a', { href: `#/operations/${letter.operation_id}` }, 'See what happened'), h('span', { class: 'soft' }, ` ${brief(letter.operation_id)}`));
}
