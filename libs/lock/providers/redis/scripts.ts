import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** A script as Redis knows it. */
export interface Script {
  readonly text: string;
  readonly sha: string;
}

const INCLUDE = /^--@include (\S+)$/gm;

export const SCRIPTS = {
  acquire: script('acquire.lua'),
  acquireSome: script('acquire-some.lua'),
  extend: script('extend.lua'),
  extendSome: script('extend-some.lua'),
  release: script('release.lua'),
  releaseSome: script('release-some.lua'),
  adopt: script('adopt.lua'),
  acquirePermit: script('acquire-permit.lua'),
  extendPermit: script('extend-permit.lua'),
  releasePermit: script('release-permit.lua'),
};

function script(file: string): Script {
  const text = scriptText(file);
  return { text, sha: createHash('sha1').update(text).digest('hex') };
}

/** With the pieces that it includes. */
function scriptText(file: string): string {
  const text = readFileSync(new URL(file, import.meta.url), 'utf8');
  return text.replace(INCLUDE, (_, piece: string) => scriptText(piece));
}
