import * as z from 'zod';
import { InvalidInputError } from '../../domain/common-errors.ts';
import type { ModelSpec } from '../../domain/spec/model-spec.ts';
import { type Problem, showProblem } from '../../domain/spec/problem.ts';
import { type Command, EXIT_OK } from '../command.ts';
import { apiOptions, connect } from '../registry-client.ts';
import { checkSpecFile } from '../spec-file.ts';

const Applied = z.object({ model: z.string(), version: z.number().int(), created: z.boolean() });

export const specApply: Command = {
  name: 'spec apply',
  summary: 'Register a model spec, or a new version of it',
  usage: 'spec apply <file>',
  details: 'Applying the same spec again changes nothing.',
  options: apiOptions,
  arguments: { min: 1, max: 1 },
  run: async (context) => {
    const [file = ''] = context.positionals;
    const spec = readSpec(file, context.io.cwd);
    const applied = await connect(context).post('specs', spec, Applied);
    const { model, version, created } = applied;
    context.print(
      applied,
      `${model}: spec ${version} ${created ? 'registered' : 'is in force already; nothing changed'}`,
    );
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
