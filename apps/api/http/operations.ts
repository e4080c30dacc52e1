import type { OpenAPIObject } from '@nestjs/swagger';

/** What one method of one path does. */
export type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;

const METHODS = ['get', 'post', 'patch', 'put', 'delete'] as const;

/** Every operation of a document, with where it stands. */
export function operationsOf(
  document: OpenAPIObject,
): { readonly path: string; readonly method: string; readonly operation: Operation }[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = item[method];
      return operation ? [{ path, method, operation }] : [];
    }),
  );
}
