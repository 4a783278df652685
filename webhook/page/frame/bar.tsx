import type { Session } from '@llm-boundary/webhook/console/api';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';

import { post } from '../data/client.ts';
import type { Route } from '../text/route.ts';
import { applyTheme, storedTheme, storeTheme, THEMES } from './theme.ts';
import { useRoute } from './use-route.ts';

const LINKS: readonly {
  readonly href: string;
  readonly text: string;
  readonly views: readonly Route['view'][];
}[] = [
  { href: '#/fleet', text: 'Fleet', views: ['fleet', 'workload', 'decision', 'start'] },
  { href: '#/decisions', text: 'Decisions', views: ['decisions'] },
  { href: '#/policies', text: 'Policies', views: ['policies', 'policy'] },
  { href: '#/lab', text: 'Policy lab', views: ['lab'] },
  { href: '#/audit', text: 'Audit', views: ['audit'] },
];
const DEMO = { href: '#/demo', text: 'Before and after', views: ['demo', 'start'] } as const;

export function Bar({
  session,
  onSignedOut,
}: {
  readonly session: Session | null;
  readonly onSignedOut: () => void;
}): JSX.Element {
  const { view } = useRoute();
  const links =
    session?.source === 'demo'
      ? // It has no anchor.
        [DEMO, ...LINKS.filter(({ text }) => text !== 'Audit')]
      : LINKS;
  const current = links.find(({ views }) => views.some((each) => each === view));
  return (
    <header class="bar">
      <span class="brand">llm-boundary</span>
      {session === null ? null : (
        <nav aria-label="Views">
          <ul>
            {links.map(({ href, text }) => (
              <li key={href}>
                <a href={href} aria-current={href === current?.href ? 'page' : undefined}>
                  {text}
                </a>
              </li>
            ))}
          </ul>
        </nav>
      )}
      <div class="bar-end">
        <ThemeSwitch />
        {session === null || session.user === null ? null : (
          <>
            <span class="user" title={session.user}>
              {session.user.split(':').at(-1)}
            </span>
            <button type="button" class="quiet" onClick={() => void post('logout', {}).then(onSignedOut)}>
              Sign out
            </button>
          </>
        )}
      </div>
    </header>
  );
}

function ThemeSwitch(): JSX.Element {
  const [theme, setTheme] = useState(storedTheme);
  return (
    <label class="theme">
      <span>Theme</span>
      <select
        value={theme}
        onChange={({ currentTarget }) => {
          const chosen = THEMES.find((each) => each === currentTarget.value) ?? 'system';
          setTheme(chosen);
          storeTheme(chosen);
          applyTheme(chosen);
        }}
      >
        {THEMES.map((each) => (
          <option key={each} value={each}>
            {each}
          </option>
        ))}
      </select>
    </label>
  );
}
