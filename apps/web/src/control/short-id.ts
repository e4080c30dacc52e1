/** The end of an id, which tells it from others of the same hour; the page of the thing itself has the whole. */
export function shortId(id: string): string {
  return `…${id.slice(-12)}`;
}
