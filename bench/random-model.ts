/** A complete random forest of gradient-boosted trees, as XGBoost 3.0 lays out its documents. */
export interface RandomModelOptions {
  readonly trees: number;
  readonly depth: number;
  readonly features: number;
  readonly seed?: number;
}

/** Mulberry32: uniform in [0, 1), the same numbers for the same seed. */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function randomModel({ trees, depth, features, seed = 1 }: RandomModelOptions): Record<string, unknown> {
  const uniform = random(seed);
  const nodes = 2 ** (depth + 1) - 1;
  const inner = 2 ** depth - 1;
  const each = (make: (node: number) => number) => Array.from({ length: nodes }, (_, node) => make(node));
  const floats = (make: (node: number) => number) => Float32Array.from(each(make));
  const integers = (make: (node: number) => number) => Int32Array.from(each(make));
  const tree = (_: unknown, id: number) => ({
    base_weights: floats(() => uniform() - 0.5),
    categories: new Int32Array(0),
    categories_nodes: new Int32Array(0),
    categories_segments: new Int32Array(0),
    categories_sizes: new Int32Array(0),
    default_left: Uint8Array.from(each((node) => (node < inner && uniform() < 0.5 ? 1 : 0))),
    id,
    left_children: integers((node) => (node < inner ? 2 * node + 1 : -1)),
    loss_changes: floats(() => uniform() * 100),
    parents: integers((node) => (node === 0 ? 2 ** 31 - 1 : (node - 1) >> 1)),
    right_children: integers((node) => (node < inner ? 2 * node + 2 : -1)),
    split_conditions: floats((node) => (node < inner ? uniform() : (uniform() - 0.5) / 5)),
    split_indices: integers((node) => (node < inner ? Math.floor(uniform() * features) : 0)),
    split_type: new Uint8Array(nodes),
    sum_hessian: floats(() => uniform() * 100),
    tree_param: { num_deleted: '0', num_feature: `${features}`, num_nodes: `${nodes}`, size_leaf_vector: '1' },
  });
  const model = {
    gbtree_model_param: { num_parallel_tree: '1', num_trees: `${trees}` },
    iteration_indptr: Array.from({ length: trees + 1 }, (_, i) => i),
    tree_info: new Array<number>(trees).fill(0),
    trees: Array.from({ length: trees }, tree),
  };
  return {
    learner: {
      attributes: {},
      feature_names: [],
      feature_types: [],
      gradient_booster: { model, name: 'gbtree' },
      learner_model_param: {
        base_score: '3.7E-1',
        boost_from_average: '1',
        num_class: '0',
        num_feature: `${features}`,
        num_target: '1',
      },
      objective: { name: 'binary:logistic', reg_loss_param: { scale_pos_weight: '1' } },
    },
    version: [3, 0, 5],
  };
}

/** The document as XGBoost's JSON: float32 in the shortest digits that give it back. */
export function encodeJson(document: unknown): Uint8Array {
  const plain = (value: unknown): unknown => {
    if (value instanceof Float32Array) return Array.from(value, (number) => Number(number.toPrecision(9)));
    return ArrayBuffer.isView(value) ? Array.from(value as Uint8Array) : value;
  };
  return new TextEncoder().encode(JSON.stringify(document, (_, value) => plain(value)));
}

/** The document as XGBoost's UBJSON: lengths of 8 bytes, typed arrays, counted lists, objects closed by a brace. */
export function encodeUbj(document: unknown): Uint8Array {
  const chunks: Uint8Array[] = [];
  const ascii = (marker: string) => chunks.push(new TextEncoder().encode(marker));
  const scalar = (marker: string, width: number, write: (view: DataView) => void) => {
    ascii(marker);
    const bytes = new Uint8Array(width);
    write(new DataView(bytes.buffer));
    chunks.push(bytes);
  };
  const size = (count: number) => scalar('L', 8, (view) => view.setBigInt64(0, BigInt(count)));
  const text = (value: string) => {
    const bytes = new TextEncoder().encode(value);
    size(bytes.length);
    chunks.push(bytes);
  };
  const typed = (marker: string, array: ArrayLike<number>, width: number, set: (view: DataView, i: number) => void) => {
    ascii(`[$${marker}#`);
    size(array.length);
    const bytes = new Uint8Array(array.length * width);
    const view = new DataView(bytes.buffer);
    for (let i = 0; i < array.length; i++) set(view, i);
    chunks.push(bytes);
  };
  const number = (value: number) => {
    if (!Number.isInteger(value) || Object.is(value, -0)) scalar('D', 8, (view) => view.setFloat64(0, value));
    else if (Math.abs(value) < 2 ** 7) scalar('i', 1, (view) => view.setInt8(0, value));
    else if (Math.abs(value) < 2 ** 31) scalar('l', 4, (view) => view.setInt32(0, value));
    else if (Number.isSafeInteger(value)) scalar('L', 8, (view) => view.setBigInt64(0, BigInt(value)));
    else scalar('D', 8, (view) => view.setFloat64(0, value));
  };
  const write = (value: unknown): void => {
    if (value === null) ascii('Z');
    else if (typeof value === 'boolean') ascii(value ? 'T' : 'F');
    else if (typeof value === 'number') number(value);
    else if (typeof value === 'string') {
      ascii('S');
      text(value);
    } else if (value instanceof Float32Array) {
      typed('d', value, 4, (view, i) => view.setFloat32(4 * i, value[i] as number));
    } else if (value instanceof Int32Array) {
      typed('l', value, 4, (view, i) => view.setInt32(4 * i, value[i] as number));
    } else if (value instanceof Uint8Array) {
      typed('U', value, 1, (view, i) => view.setUint8(i, value[i] as number));
    } else if (Array.isArray(value)) {
      ascii('[#');
      size(value.length);
      value.forEach(write);
    } else {
      ascii('{');
      for (const [key, item] of Object.entries(value as object)) {
        text(key);
        write(item);
      }
      ascii('}');
    }
  };
  write(document);
  const encoded = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    encoded.set(chunk, at);
    at += chunk.length;
  }
  return encoded;
}
