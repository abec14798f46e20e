import { benjaminiHochberg } from '../../../stats/multiplicity/false-discovery.ts';
import type { Finding } from '../finding.ts';

/** A finding before the tests of its window are weighed against each other. */
export interface Draft {
  readonly monitor: Finding['monitor'];
  readonly subject: string;
  readonly segment?: Finding['segment'] | undefined;
  readonly measure: string;
  readonly value?: number | undefined;
  readonly baseline?: number | undefined;
  readonly interval?: Finding['interval'] | undefined;
  readonly threshold?: number | undefined;
  readonly pValue?: number | undefined;
  readonly rows: number;
  readonly message: string;
  /** How many times the threshold: it breaches from 1 on, if significant. */
  readonly excess: number;
  /** Too little to say anything. */
  readonly insufficient?: true;
  /** `estimate` and `muted` warn at most; `muted` does not change the status of its monitor either. */
  readonly standing?: 'estimate' | 'muted' | undefined;
  /** Of the feature, relative to the mean of all; 1 where it is not known. */
  readonly importance?: number | undefined;
}

/** Share of a threshold from which a significant change is a warning, as 0.1 is of the customary 0.2 for PSI. */
const WARN_FROM = 0.5;
/** DynamoDB holds no number below 1e-130, and none of this size says more than "never by chance". */
export const SMALLEST_P_VALUE = 1e-100;

/**
 * Gives each draft its status: significant by Benjamini–Hochberg over all tests that can breach, and as large as its
 * threshold. What cannot breach, muted features and estimates, is a family of its own: a feature that has drifted for good
 * would loosen the bound for all others.
 *
 * @returns one per draft, in their order
 */
export function weigh(drafts: readonly Draft[], rate: number): Finding[] {
  const significant = new Set<Draft>();
  for (const canBreach of [true, false]) {
    const family = drafts.filter(({ pValue, standing }) => pValue !== undefined && !standing === canBreach);
    const named = benjaminiHochberg(
      family.map(({ pValue }) => pValue as number),
      rate,
    );
    for (const [i, draft] of family.entries()) if (named[i]) significant.add(draft);
  }
  return drafts.map((draft) => concluded(draft, significant.has(draft)));
}

/** Tests that can breach. */
export const breachingTests = (drafts: readonly Draft[]): number =>
  drafts.reduce((tests, { pValue, standing }) => (pValue === undefined || standing ? tests : tests + 1), 0);

function concluded(draft: Draft, significant: boolean): Finding {
  const { segment, value, baseline, interval, threshold, pValue } = draft;
  const finding: Finding = {
    monitor: draft.monitor,
    subject: draft.subject,
    status: draft.insufficient ? 'insufficient_data' : statusOf(draft, significant),
    measure: draft.measure,
    significant,
    severity: draft.excess * (draft.importance ?? 1),
    rows: draft.rows,
    message: draft.message + noteOf(draft, significant),
  };
  // there are some hundred findings to a window, and spreads would take a tenth of its time
  if (segment !== undefined) finding.segment = segment;
  if (value !== undefined) finding.value = value;
  if (baseline !== undefined) finding.baseline = baseline;
  if (interval !== undefined) finding.interval = interval;
  if (threshold !== undefined) finding.threshold = threshold;
  if (pValue !== undefined) finding.pValue = pValue;
  return finding;
}

function statusOf({ excess, standing }: Draft, significant: boolean): Finding['status'] {
  if (!significant || excess < WARN_FROM) return 'ok';
  return excess >= 1 && !standing ? 'alarm' : 'warn';
}

function noteOf({ excess, pValue, standing }: Draft, significant: boolean): string {
  if (standing === 'muted') return '; muted';
  return excess >= 1 && pValue !== undefined && !significant ? ', which chance explains' : '';
}

export const legible = (pValue: number): number => (pValue < SMALLEST_P_VALUE ? 0 : pValue);
