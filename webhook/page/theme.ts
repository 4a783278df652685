import { askEarly } from './data/early.ts';
import { applyTheme, followBrowser, storedTheme } from './frame/theme.ts';

// Runs before the first paint, so that a theme does not flash, and before the script of the page is there, so that its first data are under way.
applyTheme(storedTheme());
followBrowser();
askEarly(location.hash);
