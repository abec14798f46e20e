import type { DuckDBConnection } from '@duckdb/node-api';

export interface StepProgress {
  readonly step: string;
  /** How much of the statement that runs is done, from 0 to 1, as far as the engine tells. */
  readonly share?: number;
}

const LOOK_EVERY_MS = 500;

/** Says what goes on, and while a statement runs how far it is. @returns how to name the next step, and how to end */
export async function stepProgress(
  connection: DuckDBConnection,
  tell: ((progress: StepProgress) => void) | undefined,
): Promise<{ onStep(step: string): void; end(): void }> {
  if (!tell) return { onStep: () => {}, end: () => {} };
  await connection.run('SET enable_progress_bar = true');
  await connection.run('SET enable_progress_bar_print = false');
  let current = '';
  const timer = setInterval(() => {
    // -1 between statements
    const { percentage } = connection.progress;
    if (current !== '' && percentage >= 0) tell({ step: current, share: Math.min(1, percentage / 100) });
  }, LOOK_EVERY_MS);
  return {
    onStep(step) {
      current = step;
      tell({ step });
    },
    end: () => clearInterval(timer),
  };
}
