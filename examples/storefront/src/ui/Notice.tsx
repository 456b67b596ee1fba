// Something that the buyer should notice. `alert` is read out at once by screen readers, `status` when they are free.
import type { ReactNode } from 'react';

export type Tone = 'bad' | 'warn' | 'good' | 'info';

export function Notice({ tone, children }: { tone: Tone; children: ReactNode }) {
  return (
    <div className={`notice ${tone}`} role={tone === 'bad' ? 'alert' : 'status'}>
      {children}
    </div>
  );
}
