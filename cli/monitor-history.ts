import * as z from 'zod';
import { figure } from '../domain/html/figures.ts';
import { Finding, MonitorOutcome } from '../domain/monitoring/finding.ts';
import type { Period } from '../domain/monitoring/periods.ts';
import { Decision, Instant, MONITOR_STATUSES, MonitorWindow } from '../domain/registry/entities.ts';
import { pathTo, type RegistryClient } from './registry-client.ts';
import { listOf } from './registry-lists.ts';

const Count = z.number().int().nonnegative();

/** One sum of `GET models/{m}/history`. */
const Sum = z.object({
  start: Instant,
  windowStart: Instant,
  windowEnd: Instant,
  version: z.number().int(),
  windows: Count,
  expired: Count,
  /** Counted at another evaluation.threshold than the newest: not in the sum. */
  apart: Count.default(0),
  partial: z.boolean().default(false),
  windowStatuses: z.partialRecord(z.enum(MONITOR_STATUSES), Count),
  status: z.enum(MONITOR_STATUSES),
  rows: Count,
  labelCoverage: z.number(),
  outcomes: z.array(MonitorOutcome),
  findings: z.array(Finding),
});
type Sum = z.infer<typeof Sum>;

/** A window or a sum of windows, as a line of the history. */
export interface HistoryEntry {
  readonly windowStart: string;
  readonly windowEnd: string;
  readonly version: number;
  readonly status: MonitorWindow['status'];
  readonly rows: number;
  readonly labelCoverage: number;
  /** By metric: of labelled rows. */
  readonly quality: Readonly<Record<string, number>>;
  readonly estimatedQuality: Readonly<Record<string, number>>;
  readonly largestDrift?: number | undefined;
  /** What breached, the severest first. */
  readonly breached: readonly Pick<Finding, 'monitor' | 'subject' | 'measure' | 'value'>[];
  /** Of a window. */
  readonly revision?: number;
  readonly decisionId?: string;
  /** Of a sum: how its windows were judged, how many were summed, and how many could not be. */
  readonly windowStatuses?: Sum['windowStatuses'];
  readonly windows?: number;
  readonly expired?: number;
  readonly apart?: number;
  /** The period has earlier windows that were not summed. */
  readonly partial?: boolean;
}

interface Page {
  readonly items: readonly HistoryEntry[];
  readonly more: boolean;
}

const READ_AT_ONCE = 10;

export async function windowHistory(client: RegistryClient, model: string, limit: number): Promise<Page> {
  const { items, more } = await client.get(pathTo('models', model, 'windows'), listOf(MonitorWindow), { limit });
  const entries: HistoryEntry[] = [];
  for (let i = 0; i < items.length; i += READ_AT_ONCE) {
    const some = items.slice(i, i + READ_AT_ONCE);
    entries.push(...(await Promise.all(some.map(async (one) => ofWindow(one, await breachedIn(client, one))))));
  }
  return { items: entries, more };
}

export async function summedHistory(client: RegistryClient, model: string, by: Period, limit: number): Promise<Page> {
  const { items, more } = await client.get(pathTo('models', model, 'history'), listOf(Sum), { by, limit });
  return { items: items.map(ofSum), more };
}

const RecordedFindings = z.looseObject({ findings: z.array(Finding) });

/** Only a breached window has something to name: the others cost no call. */
async function breachedIn(client: RegistryClient, { breached, model, decisionId }: MonitorWindow): Promise<Finding[]> {
  if (!breached) return [];
  const { numbers } = await client.get(pathTo('models', model, 'decisions', decisionId), Decision);
  return breaches(RecordedFindings.parse(numbers).findings);
}

const breaches = (findings: readonly Finding[]): Finding[] =>
  findings.filter(({ status }) => status === 'alarm').toSorted((a, b) => b.severity - a.severity);

const ESTIMATED = 'estimated_';
const LARGEST_DRIFT = 'largest_drift';

function ofWindow(window: MonitorWindow, breached: readonly Finding[]): HistoryEntry {
  const { windowStart, windowEnd, version, status, rows, labelCoverage, revision, decisionId, figures } = window;
  const { [LARGEST_DRIFT]: largestDrift, ...rest } = figures;
  const named = Object.entries(rest);
  return {
    ...{ windowStart, windowEnd, version, status, rows, labelCoverage, revision, decisionId, largestDrift, breached },
    quality: Object.fromEntries(named.filter(([name]) => !name.startsWith(ESTIMATED))),
    estimatedQuality: Object.fromEntries(
      named.flatMap(([name, value]) => (name.startsWith(ESTIMATED) ? [[name.slice(ESTIMATED.length), value]] : [])),
    ),
  };
}

function ofSum({ start: _, outcomes: _outcomes, findings, ...sum }: Sum): HistoryEntry {
  const valuesOf = (monitor: Finding['monitor']) =>
    findings.flatMap(({ subject, value, status, ...finding }): [string, number][] =>
      finding.monitor === monitor && status !== 'insufficient_data' && value !== undefined ? [[subject, value]] : [],
    );
  const drift = valuesOf('feature-drift').map(([, value]) => value);
  return {
    ...sum,
    quality: Object.fromEntries(valuesOf('quality')),
    estimatedQuality: Object.fromEntries(valuesOf('estimated-quality')),
    largestDrift: drift.length > 0 ? Math.max(...drift) : undefined,
    breached: breaches(findings),
  };
}

const NAMED = 4;

/** `distance (psi 0.41), carrier (missing_share 0.2) and 3 more` */
export function breachedText({ breached }: HistoryEntry): string | undefined {
  const named = breached
    .slice(0, NAMED)
    .map(({ subject, measure, value }) =>
      measure === subject ? `${subject} ${valueText(value)}` : `${subject} (${measure} ${valueText(value)})`,
    );
  if (named.length === 0) return undefined;
  const more = breached.length - named.length;
  return `${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

const valueText = (value: number | undefined): string => (value === undefined ? '-' : figure(value));

/** `auc 0.81` */
export const qualityText = (quality: HistoryEntry['quality']): string | undefined =>
  Object.entries(quality)
    .map(([name, value]) => `${name} ${figure(value)}`)
    .join(', ') || undefined;

/** `7 (2 alarm, 1 warn)`, and how many are gone. */
export function windowsText({ windows, expired = 0, apart = 0, partial, windowStatuses = {} }: HistoryEntry): string {
  const told = (['alarm', 'warn'] as const).flatMap((status) =>
    windowStatuses[status] ? [`${windowStatuses[status]} ${status}`] : [],
  );
  const notes = [
    ...told,
    ...(expired > 0 ? [`${expired} expired`] : []),
    ...(apart > 0 ? [`${apart} at another threshold`] : []),
    ...(partial ? ['not all'] : []),
  ];
  return `${windows}${notes.length > 0 ? ` (${notes.join(', ')})` : ''}`;
}
