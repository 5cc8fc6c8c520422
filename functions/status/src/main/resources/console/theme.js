// Light or dark: as the system has it, until the reader says otherwise.

const KEY = 'daybook.theme';
const dark = matchMedia('(prefers-color-scheme: dark)');

export const isDark = () => (localStorage.getItem(KEY) ?? (dark.matches ? 'dark' : 'light')) === 'dark';

export function apply() {
  const chosen = localStorage.getItem(KEY);
  if (chosen) document.documentElement.dataset.theme = chosen;
}

export function toggle() {
  localStorage.setItem(KEY, isDark() ? 'light' : 'dark');
  apply();
}
