import { UbjCursor } from './ubj-cursor.ts';

/** XGBoost's own nesting ends at 8: learner, gradient_booster, gbtree, model, trees, tree, array, number. */
const MAX_DEPTH = 64;
/** Values outside numeric arrays; a tree has about 20. Bounds the heap that a small hostile file can ask for. */
const MAX_VALUES = 10_000_000;

/** What `$` may announce. */
const ITEM_TYPES = 'iUIlLdDSCH[{';

interface Container {
  /** Marker shared by all items, if `$` named one. */
  readonly type: string | undefined;
  /** Whether a count follows; without it the container ends with its closing marker. */
  readonly counted: boolean;
}

/**
 * Reads one UBJSON document (draft 12), as XGBoost 1.6 and later write it.
 *
 * Objects have no prototype. Typed numeric arrays become typed arrays; high-precision numbers become doubles.
 * @param unread keys whose typed numeric arrays are passed over, and absent from the result
 * @throws MalformedModelError for anything that is not exactly one well-formed document
 * @see https://ubjson.org
 */
export function parseUbj(bytes: Uint8Array, unread: ReadonlySet<string> = new Set()): unknown {
  const cursor = new UbjCursor(bytes);
  let budget = MAX_VALUES;

  const value = (marker: string, depth: number): unknown => {
    budget -= 1;
    if (budget < 0) cursor.fail(`there are more than ${MAX_VALUES} values`);
    if (cursor.isNumeric(marker)) return cursor.number(marker);
    switch (marker) {
      case '{':
        return object(depth + 1);
      case '[':
        return array(depth + 1);
      case 'S':
        return cursor.string();
      case 'C':
        return String.fromCharCode(cursor.number('U'));
      case 'H':
        return highPrecision();
      case 'Z':
        return null;
      case 'T':
        return true;
      case 'F':
        return false;
      default:
        return cursor.fail(`no value starts with ${JSON.stringify(marker)}`, cursor.position - 1);
    }
  };

  const highPrecision = (): number => {
    const text = cursor.string();
    const number = text.trim() === '' ? Number.NaN : Number(text);
    return Number.isNaN(number) ? cursor.fail(`${JSON.stringify(text)} is not a number`) : number;
  };

  const container = (depth: number): Container => {
    if (depth > MAX_DEPTH) cursor.fail(`values are nested deeper than ${MAX_DEPTH}`);
    const type = cursor.accept('$') ? cursor.marker() : undefined;
    // an item without a payload would let a dozen bytes announce any number of values
    if (type !== undefined && !ITEM_TYPES.includes(type)) cursor.fail(`a container cannot be typed '${type}'`);
    const counted = cursor.accept('#');
    if (type !== undefined && !counted) cursor.fail('a typed container needs a count');
    return { type, counted };
  };

  const array = (depth: number): unknown => {
    const { type, counted } = container(depth);
    if (type !== undefined && cursor.isNumeric(type)) return cursor.numbers(type);
    const items: unknown[] = [];
    if (counted) {
      for (let left = cursor.size(1); left > 0; left--) items.push(value(type ?? cursor.marker(), depth));
      return items;
    }
    while (!cursor.accept(']')) items.push(value(cursor.marker(), depth));
    return items;
  };

  const object = (depth: number): unknown => {
    const { type, counted } = container(depth);
    const fields: Record<string, unknown> = Object.create(null);
    const readField = (): void => {
      const key = cursor.string();
      const marker = type ?? cursor.marker();
      if (marker === '[' && unread.has(key) && cursor.skipNumbers()) return;
      fields[key] = value(marker, depth);
    };
    if (counted) for (let left = cursor.size(1); left > 0; left--) readField();
    else while (!cursor.accept('}')) readField();
    return fields;
  };

  const root = value(cursor.marker(), 0);
  cursor.skipNoOps();
  return cursor.remaining === 0 ? root : cursor.fail(`${cursor.remaining} bytes follow the document`);
}
