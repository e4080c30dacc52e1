import type { Retention } from '../database/retention.js';
import { loadStatement } from '../database/sql.js';

const REMOVE_ADMIN_REQUESTS = loadStatement(import.meta.url, './remove-admin-requests.sql');

/** Keys of administrators' requests, with what they were answered. */
export function oldAdminRequests(days: number): Retention {
  return { kind: 'admin_requests', statement: REMOVE_ADMIN_REQUESTS, days };
}
