// Pieces that several views are made of.

import { h, svg } from './dom.js';
import { full, moment } from './format.js';
import { advice, MEANING, plain } from './words.js';

export const at = (when, write = moment) => h('time', { datetime: when, title: full(when) }, write(when));

/** A state, by its word and its colour. */
export const badge = (state) => h('span', { class: `badge ${state}`, title: MEANING[state] ?? null }, plain(state));

export const waiting = () => h('p', { class: 'waiting' }, 'Loading …');

/** Nothing to show, and what to do about it. */
export const empty = (title, ...more) => h('div', { class: 'empty' }, h('h2', {}, title), ...more.map((text) => h('p', {}, text)));

/** Why there is nothing to show. */
export function failure(refusal, retry) {
  const what = {
    403: ['Your token does not allow this', `${refusal.message}. Sign in with a token that has the scope.`],
    404: [refusal.title, `${refusal.message}.`],
    503: [refusal.title, 'A service that Daybook needs is away. The console asks again by itself.'],
    0: [refusal.title, 'The network is gone, or Daybook is. The console asks again by itself.'],
  }[refusal.status] ?? [refusal.title, refusal.message];
  return h(
    'div',
    { class: 'empty wrong', role: 'alert' },
    h('h2', {}, what[0]),
    h('p', {}, what[1].replace(/\.\.$/, '.')),
    retry && h('p', {}, h('button', { type: 'button', onclick: retry }, 'Try again')),
  );
}

/** Names and what they stand for; what is not there is left out. */
export const fields = (...pairs) =>
  h(
    'dl',
    { class: 'fields' },
    pairs
      .filter(([, value]) => value !== null && value !== undefined && value !== '' && value !== false)
      .map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value))),
  );

/** A table whose roles stay when a narrow screen lays its rows out in another way. */
export function table(label, columns, body) {
  return h(
    'table',
    { class: 'list', role: 'table', 'aria-label': label },
    h('thead', { role: 'rowgroup' }, h('tr', { role: 'row' }, columns.map(([name, kind]) => h('th', { role: 'columnheader', scope: 'col', class: kind ?? null }, name)))),
    body,
  );
}

export const rows = () => h('tbody', { role: 'rowgroup' });
export const row = (...cells) => h('tr', { role: 'row' }, cells);
export const cell = (kind, ...children) => h('td', { role: 'cell', class: kind }, children);

/** What went wrong with an operation: in words, what to do, and the name to search for. */
export function problem(error) {
  return h(
    'div',
    { class: 'problem' },
    h('h3', {}, error.title),
    h('p', {}, sentence(error.detail)),
    error.errors?.length && h('ul', {}, error.errors.map((one) => h('li', {}, h('code', {}, one.pointer), ` ${one.detail}`))),
    advice(error.code) && h('p', { class: 'advice' }, advice(error.code)),
    h('p', { class: 'soft' }, h('code', {}, error.code)),
  );
}

export const sentence = (text) => (/[.!?…]$/.test(text) ? text : `${text}.`);

export const section = (title, ...children) => h('section', { class: 'card' }, h('h2', {}, title), children);

const ICONS = {
  moon: ['M20 14.5A8 8 0 0 1 9.5 4a8 8 0 1 0 10.5 10.5Z'],
  out: ['M14 4h4a2 2 0 0 1 2 2v12a2 2 0 0 1-2 2h-4', 'M10 8l-4 4 4 4', 'M6 12h9'],
  keys: ['M4 7h16a1 1 0 0 1 1 1v8a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V8a1 1 0 0 1 1-1Z', 'M7 11h.01M11 11h.01M15 11h.01M8 14h8'],
  book: ['M5 4h13a1 1 0 0 1 1 1v14a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1Z', 'M8 4v16', 'M11 9h5M11 13h5'],
};

export const icon = (name) =>
  svg('svg', { viewBox: '0 0 24 24', class: 'icon', 'aria-hidden': 'true' }, ICONS[name].map((d) => svg('path', { d })));

