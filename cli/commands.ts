import type { CommandEntry } from './command.ts';

/** Every command of `millrace`, in the order the help lists them. A file is loaded only when its command is needed. */
export const commands: readonly CommandEntry[] = [
  { name: 'up', load: () => import('./up.ts').then((file) => file.up) },
  { name: 'down', load: () => import('./down.ts').then((file) => file.down) },
  { name: 'status', load: () => import('./status.ts').then((file) => file.status) },
  { name: 'logs', load: () => import('./logs.ts').then((file) => file.logs) },
  { name: 'aws', load: () => import('./aws.ts').then((file) => file.aws) },
];
