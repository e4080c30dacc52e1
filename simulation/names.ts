const UUID_DIGITS = 32;
const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
const NAME = /^[ -~]+$/;

/** A UUID that is a name of at most 16 characters, for the service; it sorts as the name does. */
export function idOf(name: string): string {
  const digits = Buffer.from(name).toString('hex').padEnd(UUID_DIGITS, '0');
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** The text with the names of those UUIDs that are one, for people. */
export function withNames(text: string): string {
  return text.replace(UUID, (id) => {
    const name = Buffer.from(id.replaceAll('-', ''), 'hex').toString('latin1').replace(/\0+$/, '');
    return NAME.test(name) ? name : id;
  });
}
