import { UnsupportedModelError } from './errors.ts';
import { type Fields, fieldsOf, floatsOf, integersOf, malformed } from './fields.ts';

/**
 * All trees in three flat arrays. The two children of a node stand side by side, so one index names both:
 * left at `child`, right at `child + 1`.
 */
export interface Forest {
  readonly kind: 'forest';
  /** `feature * 2`, plus 1 if a missing value goes right; LEAF for a leaf. */
  readonly split: Int32Array;
  /** Threshold of a split: a value below it goes left. Output of a leaf. */
  readonly value: Float32Array;
  readonly child: Int32Array;
  /** Sum of the hessians of the training rows that came to each node; absent unless it was asked for. */
  readonly cover?: Float32Array;
  /** First node of each tree. */
  readonly roots: Int32Array;
  /** Margin column that each tree adds to: its class or its target. */
  readonly groupOf: Int32Array;
  readonly numFeatures: number;
  readonly groups: number;
}

const LEAF = -1;

interface Tree {
  readonly left: Int32Array;
  readonly right: Int32Array;
  readonly feature: Int32Array;
  readonly condition: Float32Array;
  readonly defaultLeft: Int32Array;
  readonly cover: Float32Array | undefined;
}

export interface ForestOptions {
  /** Keeps `cover`, which scoring does without. @default false */
  readonly covers?: boolean;
}

/**
 * @param treeWeights dart's `weight_drop`, folded into the leaves
 * @throws MalformedModelError unless every tree is a tree, within its arrays and the features
 * @throws UnsupportedModelError for categorical splits and vector leaves
 */
export function forestOf(
  trees: ArrayLike<unknown>,
  groupOf: Int32Array,
  treeWeights: Float32Array | undefined,
  shape: { readonly numFeatures: number; readonly groups: number },
  { covers = false }: ForestOptions = {},
): Forest {
  const { length } = trees;
  if (groupOf.length !== length) malformed('tree_info', `has ${groupOf.length} entries for ${length} trees`);
  if (treeWeights && treeWeights.length !== length) {
    malformed('weight_drop', `has ${treeWeights.length} entries for ${length} trees`);
  }
  const parsed = Array.from(trees, (tree, i) => readTree(fieldsOf(tree, `trees[${i}]`), `trees[${i}]`, covers));
  const size = parsed.reduce((sum, tree) => sum + tree.left.length, 0);
  const forest: Forest = {
    kind: 'forest',
    split: new Int32Array(size),
    value: new Float32Array(size),
    child: new Int32Array(size),
    ...(covers && { cover: new Float32Array(size) }),
    roots: new Int32Array(length),
    groupOf,
    ...shape,
  };
  let next = 0;
  parsed.forEach((tree, i) => {
    const group = groupOf[i] as number;
    if (group < 0 || group >= shape.groups) malformed(`tree_info[${i}]`, `is ${group}, of ${shape.groups} outputs`);
    forest.roots[i] = next;
    next = place(tree, forest, next, treeWeights?.[i] ?? 1, `trees[${i}]`);
  });
  return forest;
}

function readTree(tree: Fields, path: string, covers: boolean): Tree {
  const left = integersOf(tree.left_children, `${path}.left_children`);
  const sized = <T extends { readonly length: number }>(items: T, name: string): T =>
    items.length === left.length ? items : malformed(`${path}.${name}`, `has ${items.length} of ${left.length} nodes`);
  const integers = (name: string) => sized(integersOf(tree[name], `${path}.${name}`), name);
  const floats = (name: string) => sized(floatsOf(tree[name], `${path}.${name}`), name);
  if (left.length === 0) malformed(path, 'has no nodes');
  const param = fieldsOf(tree.tree_param, `${path}.tree_param`);
  if (Number(param.size_leaf_vector ?? 0) > 1) {
    throw new UnsupportedModelError(`${path} has vector leaves (multi_strategy=multi_output_tree): train one output`);
  }
  // absent before XGBoost 1.3
  if (tree.split_type !== undefined && integers('split_type').some((type) => type !== 0)) {
    throw new UnsupportedModelError(
      `${path} has categorical splits: encode categories as numbers in the featurizer, without enable_categorical`,
    );
  }
  return {
    left,
    right: integers('right_children'),
    feature: integers('split_indices'),
    condition: floats('split_conditions'),
    defaultLeft: integers('default_left'),
    cover: covers ? floats('sum_hessian') : undefined,
  };
}

/** Copies the nodes that the root reaches to `start` and on, breadth first; pruned nodes are left behind. */
function place(tree: Tree, forest: Forest, start: number, weight: number, path: string): number {
  const { left, right, feature, condition, defaultLeft, cover } = tree;
  const size = left.length;
  const order = new Int32Array(size);
  const reached = new Uint8Array(size);
  reached[0] = 1;
  let placed = 1;
  const enqueue = (node: number, parent: number): void => {
    if (node < 0 || node >= size) malformed(`${path} node ${parent}`, `has the child ${node}, of ${size} nodes`);
    if (reached[node]) malformed(`${path} node ${node}`, 'has two parents or is its own ancestor');
    reached[node] = 1;
    order[placed++] = node;
  };
  for (let i = 0; i < placed; i++) {
    const node = order[i] as number;
    const at = start + i;
    const number = condition[node] as number;
    if (cover && forest.cover) {
      const hessian = cover[node] as number;
      if (!(hessian >= 0 && hessian < Infinity)) malformed(`${path} node ${node}`, `has the sum_hessian ${hessian}`);
      forest.cover[at] = hessian;
    }
    if (left[node] === LEAF) {
      if (right[node] !== LEAF) malformed(`${path} node ${node}`, 'has a right child only');
      if (!Number.isFinite(number)) malformed(`${path} leaf ${node}`, `is ${number}`);
      forest.split[at] = LEAF;
      forest.value[at] = number * weight;
      continue;
    }
    const column = feature[node] as number;
    if (column < 0 || column >= forest.numFeatures) {
      malformed(`${path} node ${node}`, `splits on feature ${column}, of ${forest.numFeatures}`);
    }
    if (Number.isNaN(number)) malformed(`${path} node ${node}`, 'has no threshold');
    forest.split[at] = column * 2 + (defaultLeft[node] ? 0 : 1);
    forest.value[at] = number;
    forest.child[at] = start + placed;
    enqueue(left[node] as number, node);
    enqueue(right[node] as number, node);
  }
  return start + placed;
}

/** Adds every tree's leaf to the margins of each row, in float32 and in XGBoost's order. */
export function addForest(forest: Forest, rows: Float32Array, rowCount: number, margins: Float32Array): void {
  const { split, value, child, roots, groupOf, numFeatures, groups } = forest;
  for (let tree = 0; tree < roots.length; tree++) {
    const root = roots[tree] as number;
    const group = groupOf[tree] as number;
    for (let row = 0; row < rowCount; row++) {
      const features = row * numFeatures;
      let node = root;
      let at = split[node] as number;
      while (at >= 0) {
        const feature = rows[features + (at >> 1)] as number;
        const threshold = value[node] as number;
        // no branch, since the processor could not predict it; NaN is neither below nor above and takes the low bit
        const goesRight = +(feature >= threshold) | (at & +!(feature < threshold));
        node = (child[node] as number) + goesRight;
        at = split[node] as number;
      }
      const margin = row * groups + group;
      margins[margin] = (margins[margin] as number) + (value[node] as number);
    }
  }
}
