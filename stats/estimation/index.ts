/**
 * Quality without labels, for binary models, by the model's own confidence (CBPE). Direct loss estimation (NannyML's DLE, for
 * regression) is not here: it trains a model of the errors, and Millrace trains none of its own.
 *
 * The order of use: `groupByScore` or `binnedGroups` of a labelled reference, `fitCalibration`, `referenceScatter`; then for
 * each window `estimateQuality` or `estimateQualityOfBins`, and `estimateBands`.
 */
export * from './calibrate.ts';
export * from './confidence-based.ts';
export * from './isotonic.ts';
export * from './sampling-error.ts';
