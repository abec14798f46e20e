import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Constraints } from '../../domain/model-monitor/constraints.ts';
import { type DraftedSpec, draftSpec } from '../../domain/model-monitor/draft-spec.ts';
import { Statistics } from '../../domain/model-monitor/statistics.ts';
import { profileFile } from '../../domain/profiles/profile-file.ts';
import { showProblem } from '../../domain/spec/problem.ts';
import { specYaml } from '../../domain/spec/spec-yaml.ts';
import { type Command, type CommandContext, EXIT_FAILED, EXIT_OK, UsageError } from '../command.ts';
import { type Captured, capturedWindows } from '../model-monitor-capture.ts';
import { emptyFolder, readMonitorFile, taskOption, textOption } from '../model-monitor-input.ts';
import { reportOf, summaryText } from '../model-monitor-report.ts';
import { hourName } from '../model-monitor-text.ts';
import { schemaFrom } from './spec-init.ts';

export const importModelMonitor: Command = {
  name: 'import model-monitor',
  summary: 'Take over a SageMaker Model Monitor baseline, and what an endpoint captured',
  usage:
    'import model-monitor --statistics <file> --constraints <file> [--capture <file or folder>…] [--ground-truth <folder>] [--features <names>] [--target <name>] [--task binary|multiclass|regression] [--name <model>] [--out <folder>]',
  details:
    'Reads the baseline as data quality monitoring wrote it, and data capture as the endpoint did: CSV, JSON or BASE64,\n' +
    'one row a call or many, .jsonl or .jsonl.gz, folders with all below them. Everything is read on this machine;\n' +
    'objects of S3 are copied first, with aws s3 sync. CSV says no names: its values are in the order of the statistics\n' +
    'without the target, unless --features names them, separated by commas.\n' +
    'Into --out go model.yaml, a first spec whose contract is made of the constraints; reference-profile.json, the\n' +
    'baseline as a profile; and for each hour of capture a profile over the same bins, the violated constraints, and\n' +
    'with --ground-truth the quality of its predictions. Without --out nothing is written.\n' +
    'Exit code 0 also if constraints are violated; 1: a file ends early, or no line of the capture could be read.',
  options: {
    statistics: { type: 'string' },
    constraints: { type: 'string' },
    capture: { type: 'string', multiple: true },
    'ground-truth': { type: 'string' },
    features: { type: 'string' },
    target: { type: 'string' },
    task: { type: 'string' },
    name: { type: 'string' },
    out: { type: 'string' },
  },
  // files of a pattern that the shell expands: only the first belongs to --capture
  arguments: { min: 0, max: Number.POSITIVE_INFINITY },
  run: async (context) => {
    const statistics = readMonitorFile(context, 'statistics', Statistics);
    const constraints = readMonitorFile(context, 'constraints', Constraints);
    const out = emptyFolder(context, textOption(context, 'out'));
    const draft = drafted(context, statistics, constraints);
    const captured = await capturedWindows(context, statistics, constraints, draft);
    if (out !== undefined) writeAll(out, draft, captured);
    context.print(reportOf(draft, captured), summaryText(textOption(context, 'out'), statistics, draft, captured));
    const nothingRead = captured.capture !== undefined && captured.capture.lines.read === 0;
    return nothingRead || captured.brokenFiles.length > 0 ? EXIT_FAILED : EXIT_OK;
  },
};

function drafted(context: CommandContext, statistics: Statistics, constraints: Constraints): DraftedSpec {
  const [target, task] = [textOption(context, 'target'), taskOption(context)];
  const name = textOption(context, 'name') ?? 'imported';
  try {
    return draftSpec(statistics, constraints, { name, ...(target !== undefined && { target }), ...(task && { task }) });
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}

function writeAll(out: string, draft: DraftedSpec, { judged, outcomes }: Captured): void {
  const { reference, windows } = judged;
  mkdirSync(windows.size > 0 ? join(out, 'windows') : out, { recursive: true });
  const write = (name: string, document: unknown) =>
    writeFileSync(join(out, name), `${JSON.stringify(document, null, 2)}\n`);
  const problems = draft.problems.map((problem) => `# TO REPAIR: ${showProblem(problem)}\n`);
  writeFileSync(join(out, 'model.yaml'), `${specYaml(draft, schemaFrom(out))}${problems.join('')}`);
  write('reference-profile.json', profileFile(reference));
  for (const [hour, { profile, violations }] of windows) {
    write(join('windows', `${hourName(hour)}.profile.json`), profileFile(profile));
    write(join('windows', `${hourName(hour)}.constraint_violations.json`), { violations });
    const quality = outcomes.get(hour);
    if (quality && quality.rows > 0) write(join('windows', `${hourName(hour)}.quality.json`), quality.quality(hour));
  }
}
