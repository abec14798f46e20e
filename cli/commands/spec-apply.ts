import * as z from 'zod';
import { InvalidInputError } from '../../domain/common-errors.ts';
import { Compatibility } from '../../domain/spec/compatibility.ts';
import type { ModelSpec } from '../../domain/spec/model-spec.ts';
import { type Problem, showProblem } from '../../domain/spec/problem.ts';
import { type Command, EXIT_FAILED, EXIT_OK } from '../command.ts';
import { compareWithRegistry, compatibilityText } from '../compatibility.ts';
import { apiOptions, connect } from '../registry-client.ts';
import { checkSpecFile } from '../spec-file.ts';

const Applied = z.object({
  model: z.string(),
  version: z.number().int(),
  created: z.boolean(),
  /** With the spec that was in force; absent for a model's first, and from an API that does not compare. */
  compatibility: Compatibility.optional(),
});

export const specApply: Command = {
  name: 'spec apply',
  summary: 'Register a model spec, or a new version of it',
  usage: 'spec apply <file> [--require-compatible]',
  details:
    'Applying the same spec again changes nothing. Says whether data accepted earlier still is and what models and callers rely on stays; with --require-compatible a spec of which that is not so is not applied (exit code 1).',
  options: { ...apiOptions, 'require-compatible': { type: 'boolean' } },
  arguments: { min: 1, max: 1 },
  run: async (context) => {
    const [file = ''] = context.positionals;
    const spec = readSpec(file, context.io.cwd);
    const client = connect(context);
    if (context.options['require-compatible']) {
      const compared = await compareWithRegistry(client, spec);
      if (compared && !compared.compatibility.compatible) {
        const { compatibility } = compared;
        const text = compatibilityText(compatibility, `spec ${compared.version}`);
        context.print({ model: spec.name, applied: false, compatibility }, `${spec.name}: not applied\n${text}`);
        return EXIT_FAILED;
      }
    }
    const applied = await client.post('specs', spec, Applied);
    const { model, version, created, compatibility } = applied;
    const done = `${model}: spec ${version} ${created || compatibility?.changes.length ? 'registered' : 'is in force already; nothing changed'}`;
    const text = compatibility?.changes.length ? [compatibilityText(compatibility, 'the spec before')] : [];
    context.print(applied, [done, ...text].join('\n'));
    return EXIT_OK;
  },
};

/** @throws InvalidInputError with every problem, one a line */
function readSpec(file: string, cwd: string): ModelSpec {
  const checked = checkSpecFile(file, cwd);
  if ('problems' in checked) throw refused(file, checked.problems);
  return checked.spec;
}

const refused = (file: string, problems: readonly Problem[]): Error =>
  new InvalidInputError([[`${file} is not a valid spec:`, ...problems.map(showProblem)].join('\n  ')]);
