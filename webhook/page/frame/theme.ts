/** `system`: as the browser prefers. */
export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const KEY = 'llm-boundary-theme';

export function storedTheme(): Theme {
  try {
    const stored = localStorage.getItem(KEY);
    return THEMES.find((theme) => theme === stored) ?? 'system';
  } catch {
    // Storage is switched off in this browser.
    return 'system';
  }
}

export function storeTheme(theme: Theme): void {
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // It holds until the page is left.
  }
}

const DARK = matchMedia('(prefers-color-scheme: dark)');

/** Names the theme for the style sheet. Charts are painted with its colours, and listen for `themechange` of the document. */
export function applyTheme(theme: Theme): void {
  const { dataset } = document.documentElement;
  dataset['theme'] = theme === 'system' ? (DARK.matches ? 'dark' : 'light') : theme;
  dataset['chosen'] = theme;
  document.dispatchEvent(new Event('themechange'));
}

/** Follows the browser for as long as no theme is chosen. */
export function followBrowser(): void {
  DARK.addEventListener('change', () => {
    if (document.documentElement.dataset['chosen'] === 'system') applyTheme('system');
  });
}
