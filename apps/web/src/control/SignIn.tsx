import { useState, type SyntheticEvent } from 'react';
import { AnswerError, dataOf } from '#client';
import { Button } from '../design/Button.js';
import { Field } from '../design/Field.js';
import { Notice } from '../design/Notice.js';
import { problemText } from './problem-text.js';
import { adminClient } from './session.js';

interface SignInProps {
  /** Why somebody is here who was signed in before. */
  readonly why: string | undefined;
  readonly onKey: (key: string) => void;
}

/** Asks for the admin key, and lets in who has it. */
export function SignIn({ why, onKey }: SignInProps) {
  const [key, setKey] = useState('');
  const [wrong, setWrong] = useState<string>();
  const [trouble, setTrouble] = useState(why);
  const [busy, setBusy] = useState(false);

  async function submit(event: SyntheticEvent) {
    event.preventDefault();
    setTrouble(undefined);
    setWrong(undefined);
    setBusy(true);
    try {
      if (await isAccepted(key.trim())) onKey(key.trim());
      else setWrong('The service does not accept this key.');
    } catch (error) {
      setTrouble(`${problemText(error)} Try again in a moment.`);
    }
    setBusy(false);
  }

  return (
    <main className="sign-in">
      <form className="card stack" noValidate onSubmit={(event) => void submit(event)}>
        <p className="brand">
          <img src="/icon.svg" alt="" width="40" height="40" />
          <span>Holdfast</span>
        </p>
        <h1>Control room</h1>
        <p className="soft">
          Watch a sale as it sells, look after its stock and orders, and check the books.
        </p>
        {trouble !== undefined && <Notice tone="bad">{trouble}</Notice>}
        <Field
          label="Admin key"
          hint="npm start prints it. Elsewhere it is the service's ADMIN_API_KEY."
          error={wrong}
        >
          {(input) => (
            <input
              {...input}
              type="password"
              autoComplete="current-password"
              value={key}
              onChange={(event) => setKey(event.target.value)}
            />
          )}
        </Field>
        <Button type="submit" disabled={busy}>
          {busy ? 'Signing in …' : 'Sign in'}
        </Button>
      </form>
    </main>
  );
}

/** @throws what went wrong when nobody said */
async function isAccepted(key: string): Promise<boolean> {
  if (!/^[\x21-\x7e]+$/.test(key)) return false; // no header can say it
  try {
    await dataOf(adminClient(key).GET('/v1/admin/outbox'));
    return true;
  } catch (error) {
    if (error instanceof AnswerError && error.status === 401) return false;
    throw error;
  }
}
