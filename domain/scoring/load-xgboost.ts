import { readDocument } from './document.ts';
import { parseModelFile } from './model-file.ts';
import { XgboostModel } from './xgboost-model.ts';

/**
 * Loads a model file of XGBoost 1.6 or later. SageMaker names it `xgboost-model`, without an extension, so the
 * content decides between UBJ and JSON.
 * @throws OldBinaryModelError, MalformedModelError, UnsupportedModelError
 */
export function loadXgboost(bytes: Uint8Array): XgboostModel {
  return new XgboostModel(readDocument(parseModelFile(bytes, UNREAD)));
}

/** Most of each tree is of use to training alone, or to categorical splits, which `split_type` gives away. */
export const UNREAD: ReadonlySet<string> = new Set([
  'base_weights',
  'categories',
  'categories_nodes',
  'categories_segments',
  'categories_sizes',
  'loss_changes',
  'parents',
  'sum_hessian',
]);
