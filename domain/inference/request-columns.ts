import type { CapturedColumns } from '../capture/lines.ts';
import type { CapturePolicy } from '../capture/policy.ts';
import { protectedLabel } from '../protected.ts';
import type { Signature } from '../registry/entities.ts';
import { COMPATIBLE, type Value } from './datatypes.ts';

/** What requests may carry besides the features. `unknown` = nobody can say: other inputs are passed over unread. */
export type RequestPolicy = Pick<CapturePolicy, 'context' | 'redact'> | 'unknown';

export const NO_CONTEXT: RequestPolicy = { context: [], redact: [] };

/** Where the values of an input go, and what it takes. */
export interface InputSlot {
  /** Features first, in the order of the signature. */
  readonly index: number;
  readonly datatypes: readonly string[];
  readonly nullable: boolean;
  /** Its values appear in no error message. */
  readonly hidden: boolean;
}

const CONTEXT_DATATYPES = ['BYTES', 'INT64', 'BOOL', 'FP64'];

/** Whether there are columns whose values appear in no error message. */
export const hidesAny = (policy: RequestPolicy): boolean =>
  policy === 'unknown' || policy.redact.length > 0 || policy.context.some((column) => column.protected);

/** The inputs of a request by name: the version's features, then context columns that it does not take for features. */
export function inputSlots(signature: Signature, policy: RequestPolicy): Map<string, InputSlot> {
  const { context, redact } = policy === 'unknown' ? { context: [], redact: [] } : policy;
  const hiddenNames = new Set([...redact, ...context.flatMap((column) => (column.protected ? [column.name] : []))]);
  const isHidden = (name: string): boolean => policy === 'unknown' || hiddenNames.has(name);
  const slots = new Map<string, InputSlot>();
  for (const { name, datatype, nullable } of signature.inputs)
    slots.set(name, { index: slots.size, datatypes: COMPATIBLE[datatype], nullable, hidden: isHidden(name) });
  for (const { name } of context)
    if (!slots.has(name))
      slots.set(name, { index: slots.size, datatypes: CONTEXT_DATATYPES, nullable: true, hidden: isHidden(name) });
  return slots;
}

/**
 * What a request says of context columns, row by row, protected ones as labels. A column that this version takes for a
 * feature is captured as one, unless it is protected by now.
 *
 * @param values by the index of their slot
 */
export function contextOf(
  policy: RequestPolicy,
  signature: Signature,
  slots: ReadonlyMap<string, InputSlot>,
  values: readonly (readonly Value[] | undefined)[],
): CapturedColumns | undefined {
  if (policy === 'unknown') return undefined;
  const found = policy.context.flatMap(({ name, protected: isProtected }) => {
    const index = slots.get(name)?.index ?? -1;
    const column = values[index];
    if (!column || (index < signature.inputs.length && !isProtected)) return [];
    return [{ name, column: isProtected ? labelled(name, column) : column }];
  });
  const [first] = found;
  if (!first) return undefined;
  return {
    columns: found.map(({ name }) => name),
    rows: first.column.map((_, row) => found.map(({ column }) => column[row] ?? null)),
  };
}

/** Such columns have few values: each label is made once. */
function labelled(name: string, values: readonly Value[]): Value[] {
  const labels = new Map<Value, string>();
  return values.map((value) => {
    if (value === null) return null;
    const label = labels.get(value) ?? protectedLabel(name, String(value));
    labels.set(value, label);
    return label;
  });
}
