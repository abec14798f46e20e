import type { Segment } from '../window-record.ts';

/** What a sentence about a finding is made of. */
export interface Told {
  readonly subject: string;
  readonly segment?: Segment | undefined;
  readonly measure: string;
  readonly value: number;
  readonly baseline?: number | undefined;
  readonly threshold?: number | undefined;
  readonly pValue?: number | undefined;
  readonly rows: number;
}

export const distributionSentence = (told: Told): string =>
  `${nameOf(told)}: ${told.measure} is ${figure(told.value)}, threshold ${told.threshold}${evidence(told)}`;

/** The threshold is of the rise of the share. */
export function missingSentence(told: Told): string {
  if (told.value === 0 && !told.baseline) return `${nameOf(told)}: no value is missing`;
  const shares = `missing in ${percent(told.value)} of the rows, ${percent(told.baseline ?? 0)} in training`;
  const allowed = told.threshold ?? 0;
  const fell = (told.baseline ?? 0) - told.value >= allowed;
  const rule = fell ? 'a fall is no harm' : `a rise by ${percent(allowed)} is allowed`;
  return `${nameOf(told)}: ${shares}; ${rule}${evidence(told)}`;
}

export function unseenSentence(told: Told): string {
  if (told.value === 0) return `${nameOf(told)}: no value is one that training did not have`;
  return `${nameOf(told)}: ${percent(told.value)} of the values are none of those seen in training, ${percent(told.threshold ?? 0)} is allowed${evidence(told)}`;
}

/** @param rules what the rows break, the commonest first */
export function brokenSentence(told: Told, rules: readonly string[]): string {
  if (told.value === 0) return `${nameOf(told)}: no row breaks the contract`;
  return `${nameOf(told)}: ${percent(told.value)} of the rows break the contract (${rules.join(', ')}), ${percent(told.threshold ?? 0)} is allowed${evidence(told)}`;
}

/** Of a subject that names its measure. @param held what the value is held against */
export const figureSentence = (told: Told, held: string): string =>
  `${nameOf(told)} is ${figure(told.value)}, ${held}${evidence(told)}`;

/** @param effective rows that each row counted is worth */
export function tooFewRows(what: string, rows: number, effective: number, minRows: number): string {
  const worth = effective < 1 ? `, which sampling leaves the worth of ${Math.floor(rows * effective)}` : '';
  return `${what} has ${rows === 0 ? 'no rows' : count(rows, 'row')}${worth}, monitoring.minRows is ${minRows}`;
}

export const count = (rows: number, what: string): string => `${rows} ${what}${rows === 1 ? '' : 's'}`;
export const figure = (value: number): string => String(Number(value.toPrecision(3)));
export const percent = (value: number): string => `${Number((100 * value).toPrecision(3))} %`;

export const nameOf = ({ subject, segment }: Pick<Told, 'subject' | 'segment'>): string =>
  segment ? `${subject} where ${segmentText(segment)}` : subject;
export const segmentText = ({ column, value }: Segment): string =>
  value === null ? `${column} is missing` : `${column} is ${value}`;

/** `p = 0.0031, ` before what else is known; 0 stands for less than 1e-100. */
export const chance = (pValue: number | undefined): string =>
  pValue === undefined ? '' : `p ${pValue === 0 ? '< 1e-100' : `= ${figure(pValue)}`}, `;

function evidence({ pValue, rows }: Told): string {
  return ` (${chance(pValue)}${count(rows, 'row')})`;
}
