import { UnavailableError } from '../../domain/common-errors.ts';
import { type SetWork, setExecutionName, setId } from '../../domain/datasets/sets.ts';
import type { UploadSource } from '../../domain/datasets/upload.ts';
import type { ExecutionState } from '../adapters/sfn-executions.ts';

export interface StartSetDeps {
  readonly sets: {
    /** @returns the execution's ARN, also when it had been started before */
    start(name: string, input: SetWork): Promise<string>;
    describe(executionArn: string): Promise<ExecutionState | undefined>;
  };
}

/** Executions of one seal. What fails so often is not a passing fault. */
const MAX_ATTEMPTS = 3;
/** An execution that a person stopped is meant to be over. */
const MAY_TRY_AGAIN: readonly string[] = ['FAILED', 'TIMED_OUT'];

/**
 * Starts the validation of a sealed set. Its name derives from the seal, so that a repeated event starts nothing; only
 * after an execution that failed is there another.
 * @throws UnavailableError if the last attempt failed, too
 */
export async function startSet(
  seal: UploadSource,
  model: string,
  { sets }: StartSetDeps,
): Promise<{ execution: string }> {
  let last: ExecutionState | undefined;
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    const execution = setExecutionName(model, setId(seal), attempt);
    last = await sets.describe(await sets.start(execution, { model, seal, attempt }));
    if (!last || !MAY_TRY_AGAIN.includes(last.status)) return { execution };
  }
  const why = `${last?.error ?? last?.status}: ${last?.cause ?? 'no cause'}`;
  throw new UnavailableError(`${seal.key} could not be validated in ${MAX_ATTEMPTS} attempts; the last one: ${why}`);
}
