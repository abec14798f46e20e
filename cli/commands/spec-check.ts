import { specDigest } from '../../domain/spec/digest.ts';
import type { Problem } from '../../domain/spec/problem.ts';
import { type Command, EXIT_FAILED, EXIT_OK } from '../command.ts';
import { checkSpecFile } from '../spec-file.ts';

export const specCheck: Command = {
  name: 'spec check',
  summary: 'Say everything that is wrong with a model spec',
  usage: 'spec check <file>',
  details: 'Reads YAML or JSON. Nothing is sent anywhere. Exit code 1 if the spec has problems.',
  arguments: { min: 1, max: 1 },
  run: async (context) => {
    const [file = ''] = context.positionals;
    const checked = checkSpecFile(file, context.io.cwd);
    if ('problems' in checked) {
      const { problems } = checked;
      context.print({ file, ok: false, problems }, problemText(file, problems));
      return EXIT_FAILED;
    }
    const { name, task } = checked.spec;
    const digest = specDigest(checked.spec);
    context.print({ file, ok: true, name, task, digest, problems: [] }, `${file}: ${name} is a valid ${task} spec`);
    return EXIT_OK;
  },
};

function problemText(file: string, problems: readonly Problem[]): string {
  const blocks = problems.map(({ path, message, seen, allowed }) =>
    [`${path === '' ? 'spec' : path}: ${message}`, `    seen     ${seen}`, `    allowed  ${allowed}`].join('\n'),
  );
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  return [`${file}: ${count}`, '', ...blocks].join('\n');
}
