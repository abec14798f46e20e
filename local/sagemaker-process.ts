import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** What the supervisor starts of local/sagemaker/. */
export interface SageMakerOptions {
  readonly port: number;
  readonly stateDir: string;
  readonly awsEndpoint: string;
  readonly region: string;
  readonly accountId: string;
  python(version: string): Promise<string>;
  log(line: string): void;
}

export interface SageMaker {
  readonly port: number;
  stop(): Promise<void>;
}

export async function startSageMakerStandIn(options: SageMakerOptions): Promise<SageMaker | undefined> {
  if (!existsSync(join(import.meta.dirname, 'sagemaker', 'server.ts'))) return undefined;
  const specifier = new URL('./sagemaker/server.ts', import.meta.url).href;
  const { startSageMaker } = (await import(specifier)) as {
    startSageMaker(options: SageMakerOptions): Promise<SageMaker>;
  };
  return startSageMaker(options);
}
