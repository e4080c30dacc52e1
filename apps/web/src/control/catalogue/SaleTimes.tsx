import { TextField } from '../TextField.js';

interface SaleTimesProps {
  /** As a field of date and time has it. */
  readonly starts: string;
  readonly ends: string;
  readonly onStarts: (starts: string) => void;
  readonly onEnds: (ends: string) => void;
  readonly errors: Readonly<Record<string, string>>;
}

/** From when to when a sale is. */
export function SaleTimes({ starts, ends, onStarts, onEnds, errors }: SaleTimesProps) {
  return (
    <>
      <TextField
        label="Starts"
        type="datetime-local"
        value={starts}
        onChange={onStarts}
        error={errors['startsAt']}
      />
      <TextField label="Ends" type="datetime-local" value={ends} onChange={onEnds} error={errors['endsAt']} />
    </>
  );
}
