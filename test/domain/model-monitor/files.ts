import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Constraints } from '../../../domain/model-monitor/constraints.ts';
import { Statistics } from '../../../domain/model-monitor/statistics.ts';

/** Files in the shape that SageMaker leaves them, of a churn model. */
export const FOLDER = join(import.meta.dirname, '..', '..', 'fixtures', 'model-monitor');

export const json = (name: string): unknown => JSON.parse(readFileSync(join(FOLDER, name), 'utf8'));
export const statistics = (): Statistics => Statistics.parse(json('statistics.json'));
export const constraints = (): Constraints => Constraints.parse(json('constraints.json'));
