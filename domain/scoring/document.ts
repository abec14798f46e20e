import { UnsupportedModelError } from './errors.ts';
import { countOf, type Fields, fieldsOf, floatsOf, integersOf, listOf, malformed, textOf } from './fields.ts';
import { type Forest, type ForestOptions, forestOf } from './forest.ts';
import { type Linear, linearOf } from './linear.ts';
import { type Objective, objectiveNamed } from './objectives.ts';

/** A split keeps its feature and one more bit in 32 bits. */
const MAX_FEATURES = 2 ** 30;
/** Bounds what a file of a few bytes can make the scorer allocate. */
const MAX_GROUPS = 10_000;

/** What scoring needs of a model file, checked. */
export interface ModelDocument {
  /** XGBoost that wrote the file, such as `3.0.5`. */
  readonly version: string;
  readonly objective: Objective;
  readonly booster: 'gbtree' | 'dart' | 'gblinear';
  /** Empty if the training data had no names, as with SageMaker's CSV. */
  readonly featureNames: readonly string[];
  readonly numFeatures: number;
  /** 0 unless the objective is multi:*. */
  readonly numClass: number;
  /** What each group of margins starts from. */
  readonly baseMargins: Float32Array;
  readonly terms: Forest | Linear;
}

/**
 * Reads the schema that UBJ and JSON files share.
 *
 * All rounds in the file count, as in `Booster.predict`: SageMaker's image cuts an early-stopped model to its best round
 * before it saves it, so the `best_iteration` attribute is not looked at.
 * @throws MalformedModelError, UnsupportedModelError
 * @see https://xgboost.readthedocs.io/en/stable/tutorials/saving_model.html
 */
export function readDocument(document: unknown, options: ForestOptions = {}): ModelDocument {
  const root = fieldsOf(document, 'the document');
  const learner = fieldsOf(root.learner, 'learner');
  const param = fieldsOf(learner.learner_model_param, 'learner_model_param');
  const objective = objectiveNamed(
    textOf(fieldsOf(learner.objective, 'learner.objective').name, 'learner.objective.name'),
  );
  const numFeatures = countOf(param.num_feature, 'num_feature');
  if (numFeatures > MAX_FEATURES) malformed('num_feature', `is ${numFeatures}, more than ${MAX_FEATURES}`);
  const numClass = countOf(param.num_class, 'num_class');
  const numTarget = countOf(param.num_target ?? 1, 'num_target'); // since XGBoost 1.6
  if (objective.multiclass && numClass < 1) malformed('num_class', `is ${numClass} although it is ${objective.name}`);
  const groups = Math.max(1, numClass, numTarget);
  if (groups > MAX_GROUPS) throw new UnsupportedModelError(`${groups} classes or targets are more than ${MAX_GROUPS}`);
  const shape = { numFeatures, groups };
  const gradientBooster = fieldsOf(learner.gradient_booster, 'gradient_booster');
  const { booster, terms } = readBooster(gradientBooster, shape, options);
  return {
    version: Array.from(integersOf(root.version ?? [], 'version')).join('.'),
    objective,
    booster,
    featureNames: readFeatureNames(learner.feature_names ?? [], numFeatures),
    numFeatures,
    numClass,
    baseMargins: readBaseScores(param.base_score, groups).map((score) => objective.baseMargin(score)),
    terms,
  };
}

interface Shape {
  readonly numFeatures: number;
  readonly groups: number;
}

function readBooster(
  gradientBooster: Fields,
  shape: Shape,
  options: ForestOptions,
): Pick<ModelDocument, 'booster' | 'terms'> {
  const booster = textOf(gradientBooster.name, 'gradient_booster.name');
  switch (booster) {
    case 'gbtree':
      return { booster, terms: readForest(gradientBooster, shape, undefined, options) };
    case 'dart': {
      const weights = floatsOf(gradientBooster.weight_drop, 'weight_drop');
      return { booster, terms: readForest(fieldsOf(gradientBooster.gbtree, 'dart.gbtree'), shape, weights, options) };
    }
    case 'gblinear': {
      const model = fieldsOf(gradientBooster.model, 'gblinear.model');
      return { booster, terms: linearOf(floatsOf(model.weights, 'gblinear.model.weights'), shape) };
    }
    default:
      throw new UnsupportedModelError(`the booster ${JSON.stringify(booster)} is not one of gbtree, dart, gblinear`);
  }
}

function readForest(
  gbtree: Fields,
  shape: Shape,
  treeWeights: Float32Array | undefined,
  options: ForestOptions,
): Forest {
  const model = fieldsOf(gbtree.model, 'gbtree.model');
  const trees = listOf(model.trees, 'trees');
  return forestOf(trees, integersOf(model.tree_info, 'tree_info'), treeWeights, shape, options);
}

/** Up to 3.0 one number in a string, `"5E-1"`; from 3.1 a list in a string, one per class or target, `"[1E0,2E0]"`. */
function readBaseScores(value: unknown, groups: number): Float32Array {
  const scores =
    typeof value === 'string'
      ? Float32Array.from(value.replace(/^\[(.*)\]$/, '$1').split(','), (item) =>
          item === '' ? Number.NaN : Number(item),
        )
      : floatsOf(typeof value === 'number' ? [value] : value, 'base_score');
  if (!scores.every(Number.isFinite)) malformed('base_score', `is ${JSON.stringify(value)}`);
  if (scores.length === groups) return scores;
  if (scores.length === 1) return new Float32Array(groups).fill(scores[0] as number);
  return malformed('base_score', `has ${scores.length} values for ${groups} outputs`);
}

function readFeatureNames(value: unknown, numFeatures: number): readonly string[] {
  const names = Array.from(listOf(value, 'feature_names'), (name, i) => textOf(name, `feature_names[${i}]`));
  if (names.length === 0 || names.length === numFeatures) return names;
  return malformed('feature_names', `has ${names.length} names for ${numFeatures} features`);
}
