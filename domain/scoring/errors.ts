import { PlatformError } from '../errors.ts';

/** The file is damaged or is no XGBoost model: reading it again gives the same answer. */
export class MalformedModelError extends PlatformError {
  override readonly name = 'MalformedModelError';
  readonly kind = 'invalid';
}

/** A sound XGBoost model that this scorer does not compute. */
export class UnsupportedModelError extends PlatformError {
  override readonly name = 'UnsupportedModelError';
  readonly kind = 'invalid';
}

/** The binary format that XGBoost 1.7 still writes by default into a file without extension. */
export class OldBinaryModelError extends PlatformError {
  override readonly name = 'OldBinaryModelError';
  readonly kind = 'invalid';
  constructor() {
    super(
      "this model is in XGBoost's old binary format, whose reader XGBoost 3.1 and later dropped; convert it once with " +
        "XGBoost 1.6 to 3.0: python -c \"import xgboost as x; b=x.Booster(model_file='old'); " +
        "b.save_model('xgboost-model.ubj')\"",
    );
  }
}

/** The rows do not have the shape that the model was trained on. */
export class FeatureShapeError extends PlatformError {
  override readonly name = 'FeatureShapeError';
  readonly kind = 'invalid';
}
