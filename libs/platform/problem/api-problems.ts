import { ApiExtension } from '@nestjs/swagger';
import type { ProblemCode } from './problems.js';

/** Where a route's problems stand until the OpenAPI document has them as responses. */
export const PROBLEMS_OF_ROUTE = 'x-problems';

/** What a route may refuse with, beside what follows from its form: its access, its body, its ids and its key. */
export const ApiProblems = (...codes: ProblemCode[]) => ApiExtension(PROBLEMS_OF_ROUTE, codes);
