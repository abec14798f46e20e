/**
 * Drives a deployed platform as its users do: uploads, the registry API, the inference API, the command line. Which
 * platform, `world.ts` says; without further word it is a local one of its own.
 */
import { afterAll, beforeAll, describe } from 'vitest';
import { algorithmScenarios } from './algorithms.ts';
import { apiScenarios } from './api.ts';
import { approvalScenarios } from './approvals.ts';
import { asyncScenarios } from './async.ts';
import { batchScenarios } from './batches.ts';
import { contractScenarios } from './contracts.ts';
import { dataScenarios } from './data.ts';
import { endpointScenarios } from './endpoints.ts';
import { failureScenarios } from './failures.ts';
import { inferenceScenarios } from './inference.ts';
import { monitorScenarios } from './monitors.ts';
import { restartScenarios } from './restart.ts';
import { rolloutScenarios } from './rollouts.ts';
import { scalingScenarios } from './scaling.ts';
import { setScenarios } from './sets.ts';
import { specScenarios } from './specs.ts';
import { trainingScenarios } from './training.ts';
import { uploadScenarios } from './uploads.ts';
import { startWorld, type World } from './world.ts';

/** The first run on a machine installs Python packages. */
const START_MS = 600_000;
const SCENARIO_MS = process.env.MILLRACE_SCENARIO_OUTPUTS ? 3_600_000 : 180_000;

let world: World;
beforeAll(async () => {
  world = await startWorld(process.env, () => {});
}, START_MS);
afterAll(async () => world?.end(), 120_000);

const on = (): World => world;

describe.concurrent('the platform', { timeout: SCENARIO_MS }, () => {
  trainingScenarios(on);
  specScenarios(on);
  uploadScenarios(on);
  setScenarios(on);
  dataScenarios(on);
  contractScenarios(on);
  approvalScenarios(on);
  rolloutScenarios(on);
  algorithmScenarios(on);
  asyncScenarios(on);
  scalingScenarios(on);
  endpointScenarios(on);
  failureScenarios(on);
  batchScenarios(on);
  inferenceScenarios(on);
  apiScenarios(on);
  monitorScenarios(on);
});

// ends every process, so that nothing else may be going on
describe('the local platform', { timeout: SCENARIO_MS }, () => restartScenarios(on));
