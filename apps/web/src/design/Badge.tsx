import type { ReactNode } from 'react';

export type Tone = 'good' | 'warn' | 'bad';

/** A state in a word or two. The colour says nothing that the word does not. */
export function Badge({
  tone,
  children,
}: {
  readonly tone?: Tone | undefined;
  readonly children: ReactNode;
}) {
  return (
    <span className="badge" data-tone={tone}>
      {children}
    </span>
  );
}
