import { checkExpression } from '../../contracts/expression/check.ts';
import { ExpressionError } from '../../contracts/expression/error.ts';
import { parseExpression } from '../../contracts/expression/parser.ts';
import { duplicateKeyId, generatedCheckIds, generatedRuleIds, LINE_CODES } from '../../contracts/rule-ids.ts';
import type { SpecDraft } from '../draft.ts';
import { oneOf, suggestion } from '../issues.ts';
import type { Path, Report } from '../problem.ts';
import { columnsByName, firstRepeated, requireColumn } from './data.ts';

type RuleDraft = NonNullable<NonNullable<NonNullable<SpecDraft['data']>['rules']>[number]>;

const SHOWN_IDS = 20;
/** Rows that break one of these are of no use to any model, whatever a spec says; `duplicate-key` of the id joins them. */
const FIRM_CODES = ['wrong-type', 'null-not-allowed', 'unknown-class', 'infinity-not-allowed'];

/** Keys and rules over rows. */
export function contractRules(draft: SpecDraft, report: Report): void {
  keyRules(draft, report);
  const ids = new Map(LINE_CODES.map((code) => [code as string, 'a line that cannot be read']));
  for (const id of generatedCheckIds(draft)) ids.set(id, 'a check that a column makes');
  const generated = generatedRuleIds(draft);
  for (const [index, rule] of (draft.data?.rules ?? []).entries()) {
    if (!rule) continue;
    const path = ['data', 'rules', index];
    if (typeof rule.id === 'string') {
      idRules(rule, path, { taken: ids, generated, known: columnsByName(draft) !== undefined }, report);
      if (!ids.has(rule.id)) ids.set(rule.id, `data.rules[${index}]`);
      if (rule.severity === 'warn' || rule.when !== undefined) firmRules(draft, rule, path, report);
    }
    for (const field of ['expression', 'when'] as const)
      if (rule[field] !== undefined) expressionRules(draft, [...path, field], rule[field], report);
    if (rule.expression === undefined && generated.includes(rule.id ?? '') && changesNothing(rule))
      report(path, 'changes nothing', rule, 'expression, or when, severity: warn, mostly, maxRows, description');
  }
}

function keyRules(draft: SpecDraft, report: Report): void {
  const taken = new Map<string, number>();
  for (const [index, key] of (draft.data?.keys ?? []).entries()) {
    if (!key) continue;
    const path = ['data', 'keys', index];
    const names = key.filter((name) => name !== undefined);
    for (const [at, name] of key.entries()) if (name !== undefined) requireColumn(draft, [...path, at], name, report);
    const repeated = firstRepeated(names);
    if (repeated !== undefined) report(path, 'names a column twice', repeated, 'each column once');
    for (const same of [JSON.stringify([...names].sort()), duplicateKeyId(names)]) {
      const first = taken.get(same);
      if (first !== undefined && first !== index)
        report(path, `is the key data.keys[${first}], too`, names, 'each key once, in any order');
      else taken.set(same, index);
    }
  }
}

interface Ids {
  /** What has an id already. */
  readonly taken: ReadonlyMap<string, string>;
  readonly generated: readonly string[];
  /** False if some column has no name, so that nobody can tell what it makes. */
  readonly known: boolean;
}

function idRules({ id, expression }: RuleDraft, path: Path, { taken, generated, known }: Ids, report: Report): void {
  if (id === undefined) return;
  const other = taken.get(id);
  if (other !== undefined) report([...path, 'id'], `is the id of ${other}, too`, id, 'each id once');
  else if (expression !== undefined && generated.includes(id))
    report([...path, 'id'], 'is the id of a rule that a column makes', id, 'another id, or no expression');
  else if (expression === undefined && known && !generated.includes(id)) {
    const [code = '', column = ''] = id.split(/:(.*)/su);
    const near = generated.filter((one) => one.startsWith(`${code}:`) || one.endsWith(`:${column}`));
    const shown = near.length > 0 ? near : generated;
    const more = shown.length > SHOWN_IDS ? ' …' : '';
    report(
      [...path, 'id'],
      `names no rule that a column makes${suggestion(id, shown)}`,
      id,
      `any id with an expression; without one: ${oneOf(shown.slice(0, SHOWN_IDS))}${more}`,
    );
  }
}

function firmRules({ data }: SpecDraft, rule: RuleDraft, path: Path, report: Report): void {
  const { id = '' } = rule;
  const key = data?.id;
  const firm =
    FIRM_CODES.some((code) => id.startsWith(`${code}:`)) ||
    (key !== undefined && (id === duplicateKeyId([key]) || id === `not-unique:${key}`));
  if (!firm || rule.expression !== undefined) return;
  if (rule.severity === 'warn')
    report([...path, 'severity'], `cannot be warn for ${id}: no model takes such rows`, 'warn', 'error');
  if (rule.when !== undefined)
    report([...path, 'when'], `does not go with ${id}: no model takes such rows`, rule.when, 'nothing: every row');
}

function expressionRules(draft: SpecDraft, path: Path, text: string, report: Report): void {
  const columns = columnsByName(draft);
  try {
    const expression = parseExpression(text);
    // a column without a type is told elsewhere
    if (!columns || [...columns.values()].some(({ type }) => type === undefined)) return;
    const type = checkExpression(expression, (name) => columns.get(name)?.type, [...columns.keys()]);
    if (type !== 'boolean')
      report(path, `gives a ${type}, not true or false`, text, 'a comparison, such as `age >= 18`');
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    report(path, error.message, text, 'an expression over the columns, such as `age >= 18 and plan in ["pro"]`');
  }
}

const changesNothing = ({ when, severity, mostly, maxRows, description }: RuleDraft): boolean =>
  [when, mostly, maxRows, description].every((field) => field === undefined) && severity !== 'warn';
