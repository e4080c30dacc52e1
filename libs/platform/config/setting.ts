import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parseRateLimit, type RateLimit } from '../rate-limit/rate-limit.js';

/** What the environment says of one thing, as the table of settings describes it. */
export interface Setting<Value> {
  readonly variable: string;
  readonly expects: string;
  readonly meaning: string;
  /** Text as it would stand in the environment; without it the setting is required unless `optional`. */
  readonly default?: string;
  readonly optional?: boolean;
  readonly requiredInProduction?: boolean;
  /** Its value is never echoed. */
  readonly secret?: boolean;
  /** Returns undefined when the text is not what `expects` says. */
  readonly parse: (text: string) => Value | undefined;
}

export function text(variable: string, fallback: string, meaning: string): Setting<string> {
  return { variable, default: fallback, expects: 'a text', meaning, parse: (value) => value };
}

export function optionalText(variable: string, meaning: string): Setting<string | undefined> {
  return { variable, optional: true, expects: 'a text', meaning, parse: (value) => value };
}

export function integer(
  variable: string,
  min: number,
  max: number,
  fallback: string,
  meaning: string,
): Setting<number> {
  return {
    variable,
    default: fallback,
    expects: `a whole number from ${min} to ${max}`,
    meaning,
    parse: (value) => {
      const number = /^\d{1,15}$/.test(value) ? Number(value) : NaN;
      return number >= min && number <= max ? number : undefined;
    },
  };
}

export function oneOf<const Names extends readonly string[]>(
  variable: string,
  names: Names,
  fallback: Names[number],
  meaning: string,
): Setting<Names[number]> {
  return {
    variable,
    default: fallback,
    expects: `one of ${names.join(', ')}`,
    meaning,
    parse: (value): Names[number] | undefined => names.find((name) => name === value),
  };
}

export function boolean(variable: string, meaning: string): Setting<boolean> {
  const values = new Map([
    ['true', true],
    ['false', false],
  ]);
  return { variable, optional: true, expects: 'true or false', meaning, parse: (value) => values.get(value) };
}

export function url(variable: string, protocols: string[], meaning: string): Setting<string> {
  return {
    variable,
    expects: `a URL that begins with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
    meaning,
    secret: true, // it may carry a password
    parse: (value) =>
      URL.canParse(value) && protocols.includes(new URL(value).protocol) ? value : undefined,
  };
}

export function httpUrl(variable: string, meaning: string): Setting<string | undefined> {
  const http = url(variable, ['http:', 'https:'], meaning);
  return {
    ...http,
    optional: true,
    expects: `${http.expects}, without a user or password`,
    parse: (value) => {
      const isPlain =
        http.parse(value) !== undefined && new URL(value).username + new URL(value).password === '';
      return isPlain ? value : undefined;
    },
  };
}

export function share(variable: string, fallback: string, meaning: string): Setting<number> {
  return {
    variable,
    default: fallback,
    expects: 'a number from 0 to 1',
    meaning,
    parse: (value) => (/^(0|1|0?\.\d{1,15}|1\.0{1,15})$/.test(value) ? Number(value) : undefined),
  };
}

/** Nothing that would make a hash tag, or a pattern of more keys than the deployment's own. */
export function keyPrefix(variable: string, fallback: string, meaning: string): Setting<string> {
  return {
    variable,
    default: fallback,
    expects: 'at most 64 letters, digits, colons, dots, hyphens and underscores',
    meaning,
    parse: (value) => (/^[\w:.-]{1,64}$/.test(value) ? value : undefined),
  };
}

/** Read at the start, so that a file that is missing or of another kind is told then. */
export function certificates(variable: string, meaning: string): Setting<string> {
  return {
    variable,
    optional: true,
    expects: 'a file of certificates in PEM form',
    meaning,
    parse: (file) => {
      try {
        const pem = readFileSync(file, 'utf8');
        new X509Certificate(pem);
        return pem;
      } catch {
        return undefined;
      }
    },
  };
}

export function urls(variable: string, protocols: string[], meaning: string): Setting<string[] | undefined> {
  const one = url(variable, protocols, meaning);
  return {
    ...one,
    optional: true,
    expects: `URLs, separated by commas, each ${one.expects.replace('a URL that', 'one that')}`,
    parse: (value) => {
      const parts = value.split(',').map((part) => part.trim());
      return parts.every((part) => one.parse(part) !== undefined) ? parts : undefined;
    },
  };
}

/** Nodes that outvote each other: an odd number of them, none twice. */
export function quorum(variable: string, protocols: string[], meaning: string): Setting<string[]> {
  const nodes = urls(variable, protocols, meaning);
  return {
    ...nodes,
    expects: `an odd number of ${nodes.expects.replace('URLs,', 'URLs, 3 or more,')}`,
    parse: (value) => {
      const all = nodes.parse(value) ?? [];
      return all.length >= 3 && all.length % 2 === 1 && new Set(all).size === all.length ? all : undefined;
    },
  };
}

/** The servers of one cluster, of which any will do: unlike a quorum it may be one, or an even number. */
export function members(variable: string, protocols: string[], meaning: string): Setting<string[]> {
  const member = url(variable, protocols, meaning);
  return {
    ...member,
    optional: true,
    expects: `URLs separated by commas, each ${member.expects.replace('a URL that', 'one that')}`,
    parse: (value) => {
      const urls = value.split(',').map((part) => part.trim());
      return urls.every((part) => member.parse(part) !== undefined) ? urls : undefined;
    },
  };
}

export function list(
  variable: string,
  { of, is, meaning }: { of: string; is: (text: string) => boolean; meaning: string },
): Setting<string[]> {
  return {
    variable,
    default: '',
    expects: `${of}, separated by commas`,
    meaning,
    parse: (value) => {
      const parts = value.split(',').map((part) => part.trim());
      const given = parts.filter((part) => part !== '');
      return given.every(is) ? given : undefined;
    },
  };
}

export function rateLimit(variable: string, fallback: string, meaning: string): Setting<RateLimit | null> {
  const expects = 'requests in a window of a day at most, such as 20/10s, 300/1m or 5000/1h, or off';
  return { variable, default: fallback, expects, meaning, parse: parseRateLimit };
}

/** The current secret and, while it is being rotated, the previous one, separated by a comma. */
export function secrets(
  variable: string,
  meaning: string,
  need: 'required in production' | 'optional',
): Setting<string[]> {
  return {
    variable,
    optional: true,
    requiredInProduction: need === 'required in production',
    expects: 'a secret of 8 characters or more, or two separated by a comma (current, previous)',
    meaning,
    secret: true,
    parse: (value) => {
      const parts = value.split(',').map((part) => part.trim());
      return parts.length <= 2 && parts.every((part) => part.length >= 8) ? parts : undefined;
    },
  };
}
