import * as z from 'zod';
import { InvalidInputError } from '../../domain/common-errors.ts';
import { checkSpec } from '../../domain/spec/check.ts';
import { parseSpecText } from '../../domain/spec/parse.ts';
import { type Problem, showProblem } from '../../domain/spec/problem.ts';
import { type Command, EXIT_OK } from '../command.ts';
import { readText } from '../read-text.ts';
import { apiOptions, connect } from '../registry-client.ts';

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
function readSpec(file: string, cwd: string): unknown {
  const parsed = parseSpecText(readText(file, cwd));
  if ('problems' in parsed) throw refused(file, parsed.problems);
  const checked = checkSpec(parsed.document);
  if ('problems' in checked) throw refused(file, checked.problems);
  return parsed.document;
}

const refused = (file: string, problems: readonly Problem[]): Error =>
  new InvalidInputError([[`${file} is not a valid spec:`, ...problems.map(showProblem)].join('\n  ')]);
