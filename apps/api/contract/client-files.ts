import type { OpenAPIObject } from '@nestjs/swagger';
import openapiTS, { astToString, type OpenAPI3 } from 'openapi-typescript';

/** The files of the client that follow from the document. */
export interface ClientFiles {
  readonly 'openapi.json': string;
  readonly 'schema.ts': string;
}

const HEADER = '// Generated from openapi.json by `npm run api:generate`. Do not edit.\n\n';

export async function clientFilesOf(document: OpenAPIObject): Promise<ClientFiles> {
  const text = JSON.stringify(document, null, 2);
  const types = await openapiTS(JSON.parse(text) as OpenAPI3, {
    defaultNonNullable: false, // a request may leave out what has a default
    rootTypes: true,
    rootTypesNoSchemaPrefix: true,
    rootTypesKeepCasing: true,
  });
  return { 'openapi.json': `${text}\n`, 'schema.ts': HEADER + astToString(types) };
}
