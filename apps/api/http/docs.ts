import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { operationsOf, type Operation } from './operations.js';
import { describeProblems } from './problem-responses.js';

/** The OpenAPI document: the living contract. */
export function createDocument(app: NestFastifyApplication): OpenAPIObject {
  const document = SwaggerModule.createDocument(
    app,
    new DocumentBuilder()
      .setTitle('Holdfast')
      .setDescription(
        'Flash-sale inventory and orders. Every answer that is not 2xx is application/problem+json.',
      )
      .setVersion('0.1.0')
      .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' }, 'buyer')
      .addApiKey({ type: 'apiKey', in: 'header', name: 'x-api-key' }, 'administrator')
      .build(),
  );
  for (const { operation } of operationsOf(document)) {
    describeIds(operation);
    describeReplays(operation);
  }
  describeProblems(document);
  return document;
}

/** What stands in a path is an id, and ids are UUIDs. */
function describeIds({ parameters = [] }: Operation): void {
  for (const parameter of parameters) {
    if ('in' in parameter && parameter.in === 'path') parameter.schema = { type: 'string', format: 'uuid' };
  }
}

/** An answer under a key may be that of an earlier request. */
function describeReplays({ parameters = [], responses }: Operation): void {
  if (!parameters.some((parameter) => 'in' in parameter && parameter.name === 'Idempotency-Key')) return;
  for (const response of Object.values(responses)) {
    if (!response || '$ref' in response) continue;
    response.headers = {
      ...response.headers,
      'Idempotency-Replayed': { schema: { type: 'string', enum: ['true'] } },
    };
  }
}

/** Swagger UI at /docs, the document at /docs-json. */
export function serveDocs(app: NestFastifyApplication): void {
  SwaggerModule.setup('docs', app, createDocument(app), {
    jsonDocumentUrl: 'docs-json',
    yamlDocumentUrl: 'docs-yaml',
  });
}
