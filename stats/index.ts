/**
 * `millrace/stats`: the statistics that Millrace monitors models with, for anybody. Pure functions of numbers: no AWS, no
 * files, no clock. Every function says its convention, units, range, errors and source.
 */

export * from './alarms/index.ts';
export * from './bias/index.ts';
export * from './binning/index.ts';
export * from './detectors/index.ts';
export * from './distances/index.ts';
export * from './distributions/index.ts';
export * from './estimation/index.ts';
export * from './history/index.ts';
export * from './intervals/index.ts';
export * from './multiplicity/index.ts';
export * from './null-laws/index.ts';
export * from './presets/index.ts';
export * from './quality/index.ts';
export * from './sampling/index.ts';
export * from './sequential/index.ts';
export * from './tests/index.ts';
