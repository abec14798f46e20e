import type { SpecDraft } from '../draft.ts';
import type { Report } from '../problem.ts';
import { type ColumnDraft, columnsByName, firstRepeated } from './data.ts';

const TARGET_TYPES = {
  binary: ['integer', 'boolean', 'string', 'category'],
  multiclass: ['integer', 'string', 'category'],
  regression: ['integer', 'number'],
} as const;
const WHOLE_NUMBER = /^(?:0|-?[1-9][0-9]*)$/;

/**
 * Task, target and classes belong together. A binary task without `classes` has the labels 0 and 1, or false and true.
 */
export function classRules(draft: SpecDraft, report: Report): void {
  const { task, classes, data } = draft;
  if (task === undefined) return;
  const target = typeof data?.target === 'string' ? columnsByName(draft)?.get(data.target) : undefined;
  const allowed: readonly string[] = TARGET_TYPES[task];
  if (target?.type !== undefined && !allowed.includes(target.type)) {
    report(
      ['data', 'target'],
      `is a ${target.type} column: no target of a ${task} task`,
      target.name,
      allowed.join(', '),
    );
    return;
  }
  if (task === 'regression') {
    if (classes) report(['classes'], 'do not go with a regression task', classes, 'nothing');
    return;
  }
  const known = classes?.filter((name) => name !== undefined);
  if (known) listRules(task, known, target, report);
  else if (task === 'multiclass') report(['classes'], 'are missing', classes, labelsOf(task));
  else if (target?.type === 'string' || target?.type === 'category')
    report(['classes'], `are missing: target ${target.name} is a ${target.type} column`, undefined, labelsOf(task));
}

const labelsOf = (task: string): string =>
  task === 'binary' ? '[negative, positive] as written in the data' : 'the labels in order, as written in the data';

function listRules(task: string, classes: readonly string[], target: ColumnDraft | undefined, report: Report): void {
  if (task === 'binary' && classes.length !== 2)
    report(['classes'], 'must be two for a binary task', classes, '[negative, positive]');
  if (new Set(classes).size < classes.length)
    report(['classes'], 'names a label twice', firstRepeated(classes), 'each label once');
  const fits = fittingLabel(target);
  for (const [index, label] of classes.entries())
    if (fits && !fits.test(label)) report(['classes', index], `is no ${target?.type}`, label, fits.allowed);
  const values = target?.values?.filter((value) => value !== undefined);
  if (values && [...classes].sort().join('\n') !== [...values].sort().join('\n'))
    report(['classes'], `differ from the values of column ${target?.name}`, classes, values.join(', '));
}

function fittingLabel(target: ColumnDraft | undefined): { test(label: string): boolean; allowed: string } | undefined {
  if (target?.type === 'integer')
    return { test: (label) => WHOLE_NUMBER.test(label), allowed: 'a whole number in plain digits' };
  if (target?.type === 'boolean')
    return { test: (label) => label === 'true' || label === 'false', allowed: 'true, false' };
  if (target) return { test: (label) => label !== '', allowed: 'a label that is not empty' };
  return undefined;
}
