import './control.css';
import { useEffect, useMemo, useState } from 'react';
import { Monitor } from './overview/monitor.js';
import { adminClient, forgetKey, keepKey, readKey, SessionContext, type Session } from './session.js';
import { SignIn } from './SignIn.js';
import { Views } from './Views.js';

const KEY_REFUSED = 'The service does not accept your key any more. Sign in again.';

/** For administrators alone: who has no key is asked for it. */
export function ControlRoom() {
  const [key, setKey] = useState(readKey);
  const [why, setWhy] = useState<string>();

  const session = useMemo((): Session | undefined => {
    if (key === undefined) return undefined;
    const signOut = (reason?: string) => {
      forgetKey();
      setWhy(reason);
      setKey(undefined);
    };
    const client = adminClient(key, () => signOut(KEY_REFUSED));
    return { client, monitor: new Monitor(client), signOut };
  }, [key]);

  useEffect(() => {
    session?.monitor.start();
    return () => session?.monitor.close();
  }, [session]);

  if (!session) {
    const enter = (given: string) => {
      keepKey(given);
      setKey(given);
    };
    return <SignIn why={why} onKey={enter} />;
  }
  return (
    <SessionContext value={session}>
      <Views />
    </SessionContext>
  );
}
