import { customers } from '../fixtures/customers.ts';
import { awsSite } from './aws-site.ts';
import { type LocalSite, projectSite, startLocalSite } from './local-site.ts';
import { type Model, modelOn } from './model.ts';
import { connectTo, type Platform } from './platform.ts';

export const ROWS = 600;
/** What a run puts before the names of its models. */
export const PREFIX_CHARACTERS = 7;

/** The platform scenarios run on, and the model they share. */
export interface World {
  readonly platform: Platform;
  /** There if the platform runs on this machine: containers can be processes, and it can be restarted. */
  readonly local?: LocalSite;
  /** Its name is the run's own: a platform may have lived before. */
  model(name: string): Model;
  /** A binary model on a serverless endpoint with one version. */
  readonly churn: () => Promise<{ model: Model; deployed: Awaited<ReturnType<Model['deploy']>> }>;
  end(): Promise<void>;
}

/** Does the work at the first call, for all callers. */
export function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => {
    result ??= work();
    return result;
  };
}

/**
 * A new local platform; with MILLRACE_SCENARIO_PROJECT the local one that is up in that folder; with
 * MILLRACE_SCENARIO_OUTPUTS the stack in AWS of which `cdk deploy --outputs-file` wrote that file.
 */
export async function startWorld(env: NodeJS.ProcessEnv, progress: (line: string) => void): Promise<World> {
  const { MILLRACE_SCENARIO_OUTPUTS: file, MILLRACE_SCENARIO_PROJECT: project } = env;
  const local = file ? undefined : project ? projectSite(project) : await startLocalSite(progress);
  const platform = connectTo(local ?? (await awsSite(file ?? '')));
  const stamp = Date.now()
    .toString(36)
    .slice(2 - PREFIX_CHARACTERS);
  const model = (name: string) => modelOn(platform, `s${stamp}-${name}`);
  return {
    platform,
    ...(local ? { local } : {}),
    model,
    churn: once(async () => {
      const churn = model('churn');
      await churn.apply();
      return { model: churn, deployed: await churn.deploy('first.csv', customers(ROWS)) };
    }),
    async end() {
      platform.close();
      await local?.end();
    },
  };
}
