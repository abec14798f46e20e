import { compareContracts } from '../../domain/spec/compatibility.ts';
import { specDigest } from '../../domain/spec/digest.ts';
import type { ModelSpec } from '../../domain/spec/model-spec.ts';
import { type Problem, showProblem } from '../../domain/spec/problem.ts';
import { type Command, type CommandContext, EXIT_FAILED, EXIT_OK, UsageError } from '../command.ts';
import { compareWithRegistry, compatibilityText } from '../compatibility.ts';
import { apiOptions, connect } from '../registry-client.ts';
import { checkSpecFile } from '../spec-file.ts';

export const specCheck: Command = {
  name: 'spec check',
  summary: 'Say everything that is wrong with a model spec',
  usage: 'spec check <file> [--against <version>|<file> [--require-compatible]]',
  details:
    'Reads YAML or JSON. Nothing is sent anywhere. Exit code 1 if the spec has problems. With --against it says whether the spec is compatible with another: a file, or a version in the registry (0 for the one in force); with --require-compatible the exit code is 1 if it is not.',
  options: { ...apiOptions, against: { type: 'string' }, 'require-compatible': { type: 'boolean' } },
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
    const compared = await compare(context, checked.spec);
    const { compatibility, what } = compared ?? {};
    const text = [`${file}: ${name} is a valid ${task} spec`, ...(compared ? [compared.text] : [])];
    context.print(
      { file, ok: true, name, task, digest, problems: [], ...(compatibility && { against: what, compatibility }) },
      text.join('\n'),
    );
    return context.options['require-compatible'] && compatibility?.compatible === false ? EXIT_FAILED : EXIT_OK;
  },
};

async function compare(context: CommandContext, spec: ModelSpec) {
  const { against } = context.options;
  if (typeof against !== 'string') {
    if (context.options['require-compatible']) throw new UsageError('--require-compatible needs --against');
    return undefined;
  }
  if (!/^[0-9]{1,10}$/.test(against)) {
    const before = checkSpecFile(against, context.io.cwd);
    if ('problems' in before)
      throw new UsageError([`${against} is not a valid spec:`, ...before.problems.map(showProblem)].join('\n  '));
    const compatibility = compareContracts(before.spec, spec);
    return { compatibility, what: against, text: compatibilityText(compatibility, against) };
  }
  const found = await compareWithRegistry(connect(context), spec, Number(against) || undefined);
  if (!found) throw new UsageError(`${spec.name} has no spec in the registry yet`);
  const what = `spec ${found.version}`;
  return { compatibility: found.compatibility, what, text: compatibilityText(found.compatibility, what) };
}

/** Every problem with what was seen and what is allowed. */
export function problemText(file: string, problems: readonly Problem[]): string {
  const blocks = problems.map(({ path, message, seen, allowed }) =>
    [`${path === '' ? 'spec' : path}: ${message}`, `    seen     ${seen}`, `    allowed  ${allowed}`].join('\n'),
  );
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  return [`${file}: ${count}`, '', ...blocks].join('\n');
}
