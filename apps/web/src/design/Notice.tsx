import type { ReactNode } from 'react';
import type { Tone } from './Badge.js';

interface NoticeProps {
  readonly tone?: Tone | undefined;
  readonly children: ReactNode;
}

/** Tells of something that happened; what went wrong is read out at once. */
export function Notice({ tone, children }: NoticeProps) {
  return (
    <div className="notice" data-tone={tone} role={tone === 'bad' ? 'alert' : 'status'}>
      {children}
    </div>
  );
}
