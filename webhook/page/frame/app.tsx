import type { Session } from '@llm-boundary/webhook/console/api';
import type { JSX } from 'preact';
import { useCallback, useEffect, useState } from 'preact/hooks';

import { get, type Failure } from '../data/client.ts';
import { onSessionEnded } from '../data/session.ts';
import { announceIn } from '../parts/announce.ts';
import { Loading, Problem } from '../parts/states.tsx';
import { SignIn } from '../views/sign-in.tsx';
import { Bar } from './bar.tsx';
import { useRoute } from './use-route.ts';
import { ViewOf } from './view-of.tsx';

type State =
  | { readonly kind: 'asking' }
  | { readonly kind: 'signed-out'; readonly hasEnded: boolean }
  | { readonly kind: 'failed'; readonly failure: Failure }
  | { readonly kind: 'session'; readonly session: Session };

export function App(): JSX.Element {
  const [state, setState] = useState<State>({ kind: 'asking' });
  const ask = useCallback(async (): Promise<void> => {
    const answer = await get<Session>('api/session');
    if (answer.kind === 'answered') setState({ kind: 'session', session: answer.body });
    else if (answer.failure.error === 'no_session') setState({ kind: 'signed-out', hasEnded: false });
    else setState({ kind: 'failed', failure: answer.failure });
  }, []);
  useEffect(() => void ask(), [ask]);
  useEffect(() => onSessionEnded(() => setState({ kind: 'signed-out', hasEnded: true })), []);

  const session = state.kind === 'session' ? state.session : null;
  return (
    <>
      <a
        class="skip"
        href="#main"
        onClick={(event) => {
          // The part behind # names the view.
          event.preventDefault();
          document.getElementById('main')?.focus();
        }}
      >
        Skip to the content
      </a>
      <Bar session={session} onSignedOut={() => setState({ kind: 'signed-out', hasEnded: false })} />
      <main id="main" tabIndex={-1}>
        <Content state={state} ask={ask} />
      </main>
      <p class="hidden" role="status" ref={announceIn} />
    </>
  );
}

function Content({ state, ask }: { readonly state: State; readonly ask: () => Promise<void> }): JSX.Element {
  const route = useRoute();
  switch (state.kind) {
    case 'asking':
      return <Loading what="the console" />;
    case 'failed':
      return <Problem failure={state.failure} again={() => void ask()} />;
    case 'signed-out':
      return <SignIn hasEnded={state.hasEnded} onSignedIn={() => void ask()} />;
    case 'session':
      return <ViewOf route={route} session={state.session} />;
    default:
      return state satisfies never;
  }
}
