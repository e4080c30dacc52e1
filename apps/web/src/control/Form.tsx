import type { ReactNode } from 'react';
import { Button } from '../design/Button.js';
import { Notice } from '../design/Notice.js';
import { problemText } from './problem-text.js';
import type { Submission } from './use-submission.js';

interface FormProps {
  readonly label: string;
  readonly action: string;
  readonly of: Pick<Submission<never>, 'busy' | 'error'>;
  readonly onSubmit: () => void;
  readonly children: ReactNode;
}

/** Fields, a button that sends them, and what the service says to it. What is right is the service's to say. */
export function Form({ label, action, of: { busy, error }, onSubmit, children }: FormProps) {
  return (
    <form
      className="stack"
      aria-label={label}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      {children}
      {error !== undefined && <Notice tone="bad">{problemText(error)}</Notice>}
      <div className="actions">
        <Button type="submit" disabled={busy}>
          {busy ? 'Sending …' : action}
        </Button>
      </div>
    </form>
  );
}
