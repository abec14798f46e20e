import type { Audited } from './audit.ts';
import type { Batch } from './batch.ts';
import type {
  Alias,
  DatasetVersion,
  Decision,
  ModelVersion,
  MonitorWindow,
  Rollout,
  SpecVersion,
  Traffic,
  TrainingRun,
} from './entities.ts';

const DATASET_ACTION = {
  upload: 'dataset.registered',
  release: 'dataset.released',
  replay: 'dataset.replayed',
} as const;

/** How each audited change is written down. */
export const audited = {
  specApplied: (spec: SpecVersion): Audited => ({
    action: 'spec.applied',
    subject: `spec/${spec.version}`,
    after: { version: spec.version, digest: spec.digest },
  }),
  datasetRegistered: (dataset: DatasetVersion): Audited => ({
    action: DATASET_ACTION[dataset.origin?.kind ?? 'upload'],
    subject: `dataset/${dataset.version}`,
    after: dataset,
  }),
  runCreated: (run: TrainingRun): Audited => ({ action: 'run.created', subject: `run/${run.runId}`, after: run }),
  runUpdated: (run: TrainingRun): Audited => ({ action: 'run.updated', subject: `run/${run.runId}`, after: run }),
  versionRegistered: (version: ModelVersion): Audited => ({
    action: 'version.registered',
    subject: `version/${version.version}`,
    after: version,
  }),
  approvalSet: (version: ModelVersion): Audited => ({
    action: `approval.${version.approvalStatus}`,
    subject: `version/${version.version}`,
    after: version,
  }),
  aliasMoved: (alias: Alias): Audited => ({ action: 'alias.moved', subject: `alias/${alias.alias}`, after: alias }),
  trafficWritten: (traffic: Traffic): Audited => ({ action: 'traffic.written', subject: 'traffic', after: traffic }),
  championMoved: (champion: Alias, traffic: Traffic, rollback: boolean): Audited => ({
    action: rollback ? 'champion.rolled-back' : 'champion.promoted',
    subject: `version/${champion.version}`,
    after: { champion, traffic },
  }),
  rolloutCreated: (rollout: Rollout): Audited => ({
    action: 'rollout.created',
    subject: `rollout/${rollout.rolloutId}`,
    after: rollout,
  }),
  rolloutUpdated: (rollout: Rollout): Audited => ({
    action: 'rollout.updated',
    subject: `rollout/${rollout.rolloutId}`,
    after: rollout,
  }),
  batchCreated: (batch: Batch): Audited => ({
    action: 'batch.created',
    subject: `batch/${batch.batchId}`,
    after: batch,
  }),
  batchUpdated: (batch: Batch): Audited => ({
    action: 'batch.updated',
    subject: `batch/${batch.batchId}`,
    after: batch,
  }),
  decisionRecorded: (decision: Decision): Audited => ({
    action: 'decision.recorded',
    subject: `decision/${decision.decisionId}`,
    after: decision,
  }),
  monitorWindowPut: (window: MonitorWindow): Audited => ({
    action: 'window.monitored',
    subject: `window/${window.windowStart}`,
    after: window,
  }),
};
