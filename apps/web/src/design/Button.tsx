import type { ButtonHTMLAttributes } from 'react';

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly look?: 'main' | 'quiet' | 'danger';
}

/** Does something here; what leads elsewhere is a link. */
export function Button({ look = 'main', className = '', ...rest }: ButtonProps) {
  return <button type="button" className={`button ${look} ${className}`.trim()} {...rest} />;
}
