import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import type { Context, XgboostVersion } from './context.ts';
import { validationException } from './protocol.ts';

const BUILT_IN = /^\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?\/sagemaker-xgboost:(.+)$/;
const VERSIONS: readonly string[] = ['3.0-5', '1.7-1'] satisfies XgboostVersion[];
const XGBOOST_FOLDER = fileURLToPath(new URL('../containers/xgboost/', import.meta.url));
const GUARD = fileURLToPath(new URL('./guard.ts', import.meta.url));

/** Environment variables through which a job or model carries the local command of its model spec. */
export const LOCAL_COMMAND = 'MILLRACE_LOCAL_COMMAND';
export const LOCAL_CWD = 'MILLRACE_LOCAL_CWD';

/** What stands in for a container image on this machine. */
export type LocalImage =
  | { readonly kind: 'xgboost'; readonly version: XgboostVersion }
  | { readonly kind: 'command'; readonly argv: readonly string[]; readonly cwd?: string };

const Argv = z.array(z.string()).min(1);

/** @throws AwsError a ValidationException if nothing local can run the image */
export function resolveImage(image: string, environment: Record<string, string> | undefined): LocalImage {
  const tag = BUILT_IN.exec(image)?.[1];
  if (tag !== undefined) {
    if (!VERSIONS.includes(tag)) {
      throw validationException(
        `The local SageMaker runs sagemaker-xgboost ${VERSIONS.join(' and ')}, not ${tag}. Set the XGBoost version of the model spec to one of them.`,
      );
    }
    return { kind: 'xgboost', version: tag as XgboostVersion };
  }
  const command = environment?.[LOCAL_COMMAND];
  if (command === undefined) {
    throw validationException(
      `The local SageMaker has no command for the image ${image}. Set training.container.localCommand in the model spec; it reaches the job as the environment variable ${LOCAL_COMMAND}, a JSON array such as ["python3","model.py"].`,
    );
  }
  const cwd = environment?.[LOCAL_CWD];
  return { kind: 'command', argv: parseArgv(command), ...(cwd ? { cwd } : {}) };
}

function parseArgv(command: string): readonly string[] {
  try {
    return Argv.parse(JSON.parse(command));
  } catch {
    throw validationException(
      `${LOCAL_COMMAND} must be a JSON array of strings with at least one element, got ${command}`,
    );
  }
}

export interface Invocation {
  readonly argv: readonly string[];
  readonly cwd?: string;
}

/** The command line for `IMAGE train` or `IMAGE serve`. May take as long as the Python environment takes to set up. */
export async function commandFor(context: Context, image: LocalImage, role: 'train' | 'serve'): Promise<Invocation> {
  if (image.kind === 'xgboost') {
    const python = await context.python(image.version);
    return { argv: [python, '-u', `${XGBOOST_FOLDER}${role}.py`] };
  }
  return { argv: [process.execPath, GUARD, ...image.argv, role], ...(image.cwd ? { cwd: image.cwd } : {}) };
}
