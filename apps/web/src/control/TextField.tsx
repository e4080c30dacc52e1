import type { HTMLInputTypeAttribute } from 'react';
import { Field } from '../design/Field.js';

interface TextFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly hint?: string | undefined;
  readonly error?: string | undefined;
  readonly type?: HTMLInputTypeAttribute;
}

/** A field of one line. */
export function TextField({ label, value, onChange, hint, error, type = 'text' }: TextFieldProps) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(input) => (
        <input
          {...input}
          type={type}
          inputMode={type === 'number' ? 'numeric' : undefined}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}
