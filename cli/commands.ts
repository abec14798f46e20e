import type { CommandEntry } from './command.ts';

/** Every command of `millrace`, in the order the help lists them. A file is loaded only when its command is needed. */
export const commands: readonly CommandEntry[] = [];
