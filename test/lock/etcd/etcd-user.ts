/**
 * Lets nobody in who has no password, and a user to the keys below a prefix alone.
 * @returns asks etcd as its root
 */
export async function withUser(
  url: string,
  { name, password, prefix }: { name: string; password: string; prefix: string },
): Promise<(route: string, body: object) => Promise<{ token?: string }>> {
  const session: { token?: string } = {};
  const ask = async (route: string, body: object): Promise<{ token?: string }> => {
    const headers = session.token === undefined ? {} : { authorization: session.token };
    const response = await fetch(url + route, { method: 'POST', body: JSON.stringify(body), headers });
    if (!response.ok) throw new Error(`${route}: ${await response.text()}`);
    return (await response.json()) as { token?: string };
  };
  for (const [user, secret] of [
    ['root', 'root'],
    [name, password],
  ]) {
    await ask('/v3/auth/role/add', { name: user });
    await ask('/v3/auth/user/add', { name: user, password: secret });
    await ask('/v3/auth/user/grant', { user, role: user });
  }
  const [key, end] = [prefix, `${prefix.slice(0, -1)}0`].map((text) => Buffer.from(text).toString('base64'));
  await ask('/v3/auth/role/grant', { name, perm: { permType: 'READWRITE', key, range_end: end } });
  await ask('/v3/auth/enable', {});
  Object.assign(session, await ask('/v3/auth/authenticate', { name: 'root', password: 'root' }));
  return ask;
}

export function urlOf(server: string, user: string, password: string): string {
  return Object.assign(new URL(server), { username: user, password }).href;
}
