import { LocalError } from '#local';

/** The started server, or the line that says which program is missing. Every other failure is one. */
export async function startedOrMissing<Store>(
  find: () => Promise<unknown>,
  start: () => Promise<Store>,
): Promise<{ store: Store; missing?: never } | { store?: never; missing: string }> {
  try {
    await find();
  } catch (error) {
    if (error instanceof LocalError) return { missing: error.message.split('\n')[0] ?? '' };
    throw error;
  }
  return { store: await start() };
}
