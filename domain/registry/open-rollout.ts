import type { Rollout } from './entities.ts';

/** It has not ended yet. */
export const isOpen = ({ status }: Pick<Rollout, 'status'>): boolean => status === 'deploying' || status === 'shifting';
