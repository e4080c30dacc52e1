import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

export interface Authority {
  /** The file by which others believe it. */
  readonly certificate: string;
  /** Vouches for a server on 127.0.0.1. */
  readonly server: { readonly certificate: string; readonly key: string };
}

const openssl = (args: readonly string[]) => promisify(execFile)('openssl', args);
const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** An authority of the test's own and a server certificate by it, made with the program openssl. */
export async function createAuthority(folder: string, name: string): Promise<Authority> {
  const file = (suffix: string) => path.join(folder, `${name}-${suffix}`);
  const [certificate, caKey] = [file('ca.crt'), file('ca.key')];
  const server = { certificate: file('server.crt'), key: file('server.key') };
  const [request, extensions] = [file('server.csr'), file('server.ext')];
  writeFileSync(extensions, 'subjectAltName = IP:127.0.0.1, DNS:localhost\n');
  await openssl([
    'req',
    '-x509',
    ...NEW_KEY,
    '-days',
    '2',
    '-subj',
    `/CN=${name}`,
    '-keyout',
    caKey,
    '-out',
    certificate,
  ]);
  await openssl(['req', ...NEW_KEY, '-subj', '/CN=localhost', '-keyout', server.key, '-out', request]);
  const signed = ['x509', '-req', '-in', request, '-CA', certificate, '-CAkey', caKey, '-CAcreateserial'];
  await openssl([...signed, '-days', '2', '-extfile', extensions, '-out', server.certificate]);
  return { certificate, server };
}
