import * as z from 'zod';
import { Duration } from '../duration.ts';
import { ColumnName } from './column-name.ts';

export const DRIFT_METHODS = ['psi', 'jensen_shannon', 'l_infinity'] as const;

export const MonitoringSpec = z.strictObject({
  enabled: z.boolean().default(true),
  window: Duration.default('1d'),
  /** How long after its end a window stays open for late capture. */
  lateness: Duration.default('15m'),
  minRows: z.number().int().min(1).default(200),
  method: z.enum(DRIFT_METHODS).default('psi'),
  /** Effect size a feature must reach; significance is asked for besides (see docs/guide). */
  threshold: z.number().positive().default(0.2),
  predictionThreshold: z.number().positive().default(0.2),
  /** Absolute rise of a feature's missing share. */
  missingThreshold: z.number().gt(0).max(1).default(0.1),
  thresholds: z.record(ColumnName, z.number().positive()).default({}),
  /** False discovery rate over the columns of one window. */
  falseDiscoveryRate: z.number().gt(0).lt(1).default(0.01),
  /** Alarm when `breaches` of the last `of` windows breached. */
  persistence: z
    .strictObject({ breaches: z.number().int().min(1).default(2), of: z.number().int().min(1).max(30).default(3) })
    .default({ breaches: 2, of: 3 }),
  retrain: z
    .strictObject({
      onDrift: z.boolean().default(true),
      cooldown: Duration.default('7d'),
      maxRunsPerDay: z.number().int().min(0).default(1),
      maxRunsPerMonth: z.number().int().min(0).default(4),
      /** Rows accepted since the champion's newest training data; 0 retrains without. */
      minNewRows: z.number().int().min(0).default(1),
    })
    .default({ onDrift: true, cooldown: '7d', maxRunsPerDay: 1, maxRunsPerMonth: 4, minNewRows: 1 }),
});
export type MonitoringSpec = z.infer<typeof MonitoringSpec>;
