import * as z from 'zod';
import { validationException } from './protocol.ts';
import type { StoredResource } from './store.ts';

const PAGE = 10;
const EpochSeconds = z.number().optional();

/** The inputs that every List operation of SageMaker shares. */
export const listInput = <Sort extends [string, ...string[]], Status extends z.ZodType>(sorts: Sort, status: Status) =>
  z.strictObject({
    NextToken: z.string().optional(),
    MaxResults: z.number().int().min(1).max(100).optional(),
    NameContains: z.string().max(63).optional(),
    CreationTimeAfter: EpochSeconds,
    CreationTimeBefore: EpochSeconds,
    LastModifiedTimeAfter: EpochSeconds,
    LastModifiedTimeBefore: EpochSeconds,
    StatusEquals: status.optional(),
    SortBy: z.enum(sorts).optional(),
    SortOrder: z.enum(['Ascending', 'Descending']).optional(),
  });

export interface ListInput {
  readonly NextToken?: string | undefined;
  readonly MaxResults?: number | undefined;
  readonly NameContains?: string | undefined;
  readonly CreationTimeAfter?: number | undefined;
  readonly CreationTimeBefore?: number | undefined;
  readonly LastModifiedTimeAfter?: number | undefined;
  readonly LastModifiedTimeBefore?: number | undefined;
  readonly StatusEquals?: unknown;
  readonly SortBy?: string | undefined;
  readonly SortOrder?: 'Ascending' | 'Descending' | undefined;
}

export interface Page<Resource> {
  readonly items: Resource[];
  readonly NextToken?: string;
}

export type SortKeys<Resource> = Record<string, (resource: Resource) => string | number>;

/** Filters, sorts (newest first by default) and pages resources; the token is the offset of the next page. */
export function listPage<Resource extends StoredResource>(
  resources: readonly Resource[],
  input: ListInput,
  statusOf: (resource: Resource) => string,
  sortKeys: SortKeys<Resource> = {},
): Page<Resource> {
  const offset = parseToken(input.NextToken);
  const keyOf: SortKeys<Resource> = {
    Name: (resource) => resource.name,
    CreationTime: (resource) => resource.CreationTime,
    Status: statusOf,
    ...sortKeys,
  };
  const key = keyOf[input.SortBy ?? 'CreationTime'] ?? keyOf.CreationTime;
  const direction = (input.SortOrder ?? (input.SortBy ? 'Ascending' : 'Descending')) === 'Ascending' ? 1 : -1;
  const found = resources
    .filter((resource) => matches(resource, input, statusOf(resource)))
    .sort((a, b) => direction * (compare(key?.(a) ?? 0, key?.(b) ?? 0) || compare(a.name, b.name)));
  const end = offset + (input.MaxResults ?? PAGE);
  const items = found.slice(offset, end);
  return end < found.length ? { items, NextToken: Buffer.from(`offset:${end}`).toString('base64url') } : { items };
}

function matches(resource: StoredResource, input: ListInput, status: string): boolean {
  const created = resource.CreationTime;
  const modified = resource.LastModifiedTime ?? created;
  return (
    (input.NameContains === undefined || resource.name.includes(input.NameContains)) &&
    (input.StatusEquals === undefined || input.StatusEquals === status) &&
    (input.CreationTimeAfter === undefined || created >= input.CreationTimeAfter) &&
    (input.CreationTimeBefore === undefined || created <= input.CreationTimeBefore) &&
    (input.LastModifiedTimeAfter === undefined || modified >= input.LastModifiedTimeAfter) &&
    (input.LastModifiedTimeBefore === undefined || modified <= input.LastModifiedTimeBefore)
  );
}

function parseToken(token: string | undefined): number {
  if (token === undefined) return 0;
  const offset = /^offset:(\d+)$/.exec(Buffer.from(token, 'base64url').toString())?.[1];
  if (offset === undefined) throw validationException('Invalid NextToken');
  return Number(offset);
}

const compare = (a: string | number, b: string | number): number => (a < b ? -1 : a > b ? 1 : 0);
