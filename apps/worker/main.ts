import 'reflect-metadata';
import { workerConfigFromEnvironment } from '#platform';
import { createHttpApp } from '../shared/http/create-http-app.js';
import { serve } from '../shared/serve.js';
import { WorkerModule } from './worker.module.js';

await serve({
  name: 'holdfast-worker',
  readConfig: workerConfigFromEnvironment,
  createApp: (config, logger) => createHttpApp(WorkerModule.forRoot(config), logger),
});
