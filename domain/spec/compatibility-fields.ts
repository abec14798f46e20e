import { canonicalJson } from '../canonical-json.ts';
import { type Path, showPath, showValue } from './problem.ts';

export const CHANGE_KINDS = ['breaking', 'narrowing', 'widening', 'neutral'] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number];

export interface Change {
  /** Columns by name, rules and checks by id: `data.columns.age.min`. */
  readonly path: string;
  readonly kind: ChangeKind;
  readonly message: string;
}

/** What a difference between two values means; undefined if they mean the same. */
export type Judge<T, About = unknown> = (
  before: T,
  after: T,
  about: About,
) => ChangeKind | { kind: ChangeKind; why: string } | undefined;

/** One entry per field, so that a field without a comparison does not compile; `elsewhere` is compared by its own file. */
export type FieldTable<T, About = unknown> = {
  readonly [K in keyof T]-?: Judge<T[K], About> | 'elsewhere';
};

export function compareFields<T extends object, About>(
  table: FieldTable<T, About>,
  before: T,
  after: T,
  path: Path,
  about: About,
): Change[] {
  return (Object.keys(table) as (keyof T)[]).flatMap((field): Change[] => {
    const judge = table[field];
    const [was, is] = [before[field], after[field]];
    if (judge === 'elsewhere' || same(was, is)) return [];
    const verdict = judge(was, is, about);
    if (verdict === undefined) return [];
    const { kind, why } = typeof verdict === 'string' ? { kind: verdict, why: '' } : verdict;
    const message = `was ${showValue(was)}, is ${showValue(is)}${why && `: ${why}`}`;
    return [{ path: showPath([...path, field]), kind, message }];
  });
}

export const same = (a: unknown, b: unknown): boolean =>
  a === b || (a !== undefined && b !== undefined && canonicalJson(a) === canonicalJson(b));

export const always =
  (kind: ChangeKind, why = ''): Judge<unknown> =>
  () => ({ kind, why });

/** More is asked for as it rises; absent, nothing is. */
export const lowerBound: Judge<number | undefined> = (before, after) =>
  (after ?? Number.NEGATIVE_INFINITY) > (before ?? Number.NEGATIVE_INFINITY) ? 'narrowing' : 'widening';

/** More is asked for as it falls; absent, nothing is. */
export const upperBound: Judge<number | undefined> = (before, after) =>
  (after ?? Number.POSITIVE_INFINITY) < (before ?? Number.POSITIVE_INFINITY) ? 'narrowing' : 'widening';

/** One value asks for nothing; between two others there is no order. */
export const loosest =
  <T>(value: T): Judge<T> =>
  (_before, after) =>
    same(after, value) ? 'widening' : 'narrowing';

/** Lists whose order and repetitions mean nothing. */
export const sameMembers = (a: readonly string[], b: readonly string[]): boolean =>
  a.every((one) => b.includes(one)) && b.every((one) => a.includes(one));
