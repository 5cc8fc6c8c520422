// How things are written.

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const exact = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3 });
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const whole = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });
const count = new Intl.NumberFormat('en');

export const number = (value) => count.format(value);

/** A decimal string with its thousands apart: it is never made a number, which would lose digits. */
export function amount(text) {
  if (text === null || text === undefined) return '';
  const [, sign, digits, rest] = /^(-?)(\d+)(.*)$/.exec(text) ?? [null, '', '', text];
  return (sign && '−') + digits.replace(/\B(?=(\d{3})+$)/g, ',') + rest;
}

export const money = (text, currency) => `${amount(text)}\u00a0${currency ?? ''}`.trimEnd();

export const isToday = (at) => new Date(at).toDateString() === new Date().toDateString();
export const time = (at) => clock.format(new Date(at));
export const date = (at) => day.format(new Date(at));
export const moment = (at) => (isToday(at) ? time(at) : `${date(at)}, ${time(at)}`);
export const precise = (at) => exact.format(new Date(at));
export const full = (at) => whole.format(new Date(at));

export function duration(ms) {
  if (ms < 0) return '0 ms';
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) return `${minutes} min ${Math.round((ms % 60_000) / 1000)} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} days`;
}

export const between = (from, to) => duration(new Date(to) - new Date(from));

/** When an operation was accepted, by its id: a UUID of version 7 begins with the time. */
export const acceptedAt = (id) => Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16);

/** An id short enough for a line, by the end that tells ids apart. */
export const brief = (id) => `…${id.slice(-8)}`;
