import 'reflect-metadata';
import { configFromEnvironment, LYING_STRATEGIES } from '#platform';
import { serve } from '../shared/serve.js';
import { createApp } from './create-app.js';

await serve({
  name: 'holdfast-api',
  readConfig: configFromEnvironment,
  createApp,
  announce: ({ strategy }, logger) => {
    const lie = LYING_STRATEGIES.get(strategy);
    if (lie) logger.warn(`RESERVATION_STRATEGY=${strategy} ${lie}: it is there to be measured`);
  },
});
