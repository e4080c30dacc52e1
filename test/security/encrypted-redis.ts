import { freePort, startRedis, type LocalRedis } from '#local';
import type { Authority } from './certificates.js';

export interface EncryptedRedis {
  readonly server: LocalRedis;
  readonly port: number;
  /** `rediss:`, as the user of the service. */
  readonly url: string;
}

/** One that takes encrypted connections on a port of their own. @param args further ones of redis-server */
export async function startEncryptedRedis(
  authority: Authority,
  args: readonly string[] = [],
): Promise<EncryptedRedis> {
  const port = await freePort();
  const tls = tlsSettings(authority, port).flatMap(([name, value]) => [`--${name}`, value]);
  const server = await startRedis({ args: [...tls, ...args] });
  const url = new URL(server.serviceUrl);
  url.protocol = 'rediss:';
  url.port = String(port);
  return { server, port, url: url.href };
}

/** Of a Redis, or a Sentinel, that listens for encrypted connections on this port, and believes the same authority. */
export function tlsSettings({ certificate, server }: Authority, port: number): [string, string][] {
  return [
    ['tls-port', String(port)],
    ['tls-cert-file', server.certificate],
    ['tls-key-file', server.key],
    ['tls-ca-cert-file', certificate],
    ['tls-auth-clients', 'no'],
  ];
}
