import type { Login } from '@llm-boundary/webhook/console/api';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';

import { post, type Failure } from '../data/client.ts';
import { Title } from '../parts/title.tsx';
import { sentence } from '../text/sentence.ts';

/** Asks for a token of Kubernetes. It is sent once, and the page does not keep it. */
export function SignIn({
  hasEnded,
  onSignedIn,
}: {
  readonly hasEnded: boolean;
  readonly onSignedIn: () => void;
}): JSX.Element {
  const [failure, setFailure] = useState<Failure | null>(null);
  const [isSending, setSending] = useState(false);

  const submit = async (form: HTMLFormElement): Promise<void> => {
    const token = new FormData(form).get('token');
    if (typeof token !== 'string' || token.trim() === '') return;
    setSending(true);
    setFailure(null);
    const body: Login = { token: token.trim() };
    const answer = await post<null>('login', body);
    setSending(false);
    if (answer.kind === 'answered') {
      form.reset();
      onSignedIn();
    } else setFailure(answer.failure);
  };

  return (
    <div class="narrow">
      <Title text="Sign in" />
      {hasEnded ? <p>Your session has ended. Sign in again with a new token.</p> : null}
      <p>
        You see the namespaces whose pods you may list. The console only reads; it is signed in with a token
        of Kubernetes:
      </p>
      <pre>kubectl create token SERVICE-ACCOUNT --namespace NAMESPACE</pre>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submit(event.currentTarget);
        }}
      >
        <label class="field">
          <span>Token</span>
          <input
            type="password"
            name="token"
            autocomplete="off"
            spellcheck={false}
            required
            aria-describedby={failure === null ? undefined : 'sign-in-problem'}
            aria-invalid={failure === null ? undefined : true}
          />
        </label>
        {failure === null ? null : (
          <p id="sign-in-problem" class="field-problem" role="alert">
            {sentence(failure.message)}
          </p>
        )}
        <button type="submit" class="primary" disabled={isSending}>
          {isSending ? 'Signing in…' : 'Sign in'}
        </button>
      </form>
    </div>
  );
}
