import type { CommandEntry } from './command.ts';

/** Every command of `millrace`, in the order the help lists them. A file is loaded only when its command is needed. */
export const commands: readonly CommandEntry[] = [
  { name: 'up', load: () => import('./up.ts').then((file) => file.up) },
  { name: 'down', load: () => import('./down.ts').then((file) => file.down) },
  { name: 'status', load: () => import('./status.ts').then((file) => file.status) },
  { name: 'logs', load: () => import('./logs.ts').then((file) => file.logs) },
  { name: 'aws', load: () => import('./aws.ts').then((file) => file.aws) },
  { name: 'spec apply', load: () => import('./commands/spec-apply.ts').then((file) => file.specApply) },
  { name: 'train', load: () => import('./commands/train.ts').then((file) => file.train) },
  { name: 'approve', load: () => import('./commands/approve.ts').then((file) => file.approve) },
  { name: 'rollout start', load: () => import('./commands/rollout-start.ts').then((file) => file.rolloutStart) },
  { name: 'rollback', load: () => import('./commands/rollback.ts').then((file) => file.rollback) },
  { name: 'models', load: () => import('./commands/models.ts').then((file) => file.models) },
  { name: 'models show', load: () => import('./commands/models-show.ts').then((file) => file.modelsShow) },
  { name: 'versions', load: () => import('./commands/versions.ts').then((file) => file.versions) },
  { name: 'versions show', load: () => import('./commands/versions-show.ts').then((file) => file.versionsShow) },
  { name: 'datasets', load: () => import('./commands/datasets.ts').then((file) => file.datasets) },
  { name: 'datasets show', load: () => import('./commands/datasets-show.ts').then((file) => file.datasetsShow) },
  { name: 'runs', load: () => import('./commands/runs.ts').then((file) => file.runs) },
  { name: 'runs show', load: () => import('./commands/runs-show.ts').then((file) => file.runsShow) },
  { name: 'decisions', load: () => import('./commands/decisions.ts').then((file) => file.decisions) },
  { name: 'decisions show', load: () => import('./commands/decisions-show.ts').then((file) => file.decisionsShow) },
  { name: 'rollouts', load: () => import('./commands/rollouts.ts').then((file) => file.rollouts) },
  { name: 'windows', load: () => import('./commands/windows.ts').then((file) => file.windows) },
  { name: 'audit', load: () => import('./commands/audit.ts').then((file) => file.audit) },
];
