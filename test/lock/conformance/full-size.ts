/** `npm run test:conformance -- --full` */
export const OPTIONS = { full: process.env.CONFORMANCE_FULL === 'true' };
