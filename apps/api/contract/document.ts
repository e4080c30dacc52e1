import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { OpenAPIObject } from '@nestjs/swagger';
import { loadConfig } from '#platform';
import { ApiModule } from '../api.module.js';
import { createDocument } from '../http/docs.js';

/** Nothing is read of them in a preview. */
const SETTINGS = {
  DATABASE_URL: 'postgresql://nowhere/none',
  REDIS_URL: 'redis://nowhere',
  BUYER_JWT_SECRET: 'signs nothing, since nobody is served',
};

/** The OpenAPI document that the code yields. In a preview Nest makes none of the providers, so that it needs no server. */
export async function documentOfCode(): Promise<OpenAPIObject> {
  const app = await NestFactory.create<NestFastifyApplication>(
    ApiModule.forRoot(loadConfig(SETTINGS)),
    new FastifyAdapter(),
    { preview: true, logger: false },
  );
  return createDocument(app);
}
