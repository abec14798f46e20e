import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { DRIFT_PRESETS, type DriftPreset, type DriftReport } from '../../domain/monitoring/drift-report.ts';
import { driftPage } from '../../domain/monitoring/html/drift-page.ts';
import type { ModelSpec } from '../../domain/spec/model-spec.ts';
import { showProblem } from '../../domain/spec/problem.ts';
import { compareFiles } from '../../engine/drift/compare-files.ts';
import type { DriftSource } from '../../engine/drift/drift-sides.ts';
import { type Command, type CommandContext, EXIT_FAILED, EXIT_OK, EXIT_USAGE, UsageError } from '../command.ts';
import { driftText } from '../drift-text.ts';
import { outputFiles } from '../output-files.ts';
import { checkSpecFile } from '../spec-file.ts';
import { readStoredProfile } from '../stored-profile.ts';
import { ioProgress } from '../work-progress.ts';

export const drift: Command = {
  name: 'drift',
  summary: 'Say whether data differ from a reference, and by what: two files or profiles, on this machine',
  usage:
    'drift --reference <file> --current <file> [--spec <file>] [--preset <name>] [--threshold <number>] [--columns <a,b>] [--report <file>]',
  details:
    'Each is a CSV, JSON Lines or Parquet file, compressed or not, or a profile or baseline that Millrace wrote. A file is\n' +
    'counted over the bins of a profile it is compared with; two profiles need the same bins. --spec says types, roles and\n' +
    'the thresholds of spec.monitoring; without it types are guessed, and times are shown but not judged. Protected columns\n' +
    'appear under labels alone.\n' +
    '\n' +
    `--preset is one of ${DRIFT_PRESETS.join(', ')}. millrace, the default, decides as\n` +
    'monitoring does: a change counts if it is both large and significant, over all columns. It reads each file once and holds no rows. The others give the\n' +
    'numbers and the decision of those tools by their defaults. They need the rows: each file is copied to the temporary\n' +
    'folder, and one column at a time is in memory, 8 bytes a row and file, three to six times that while it is compared.\n' +
    '--threshold is instead of the spec’s or the preset’s.\n' +
    '\n' +
    '--report writes an HTML page that needs nothing else. --json prints the report: every finding, figure and distribution.\n' +
    'Exit code 0: no drift; 1: drift, or a column is gone or has another type; 2: the command line is wrong, a file cannot\n' +
    'be read, or there is nothing to judge by.',
  options: {
    reference: { type: 'string' },
    current: { type: 'string' },
    spec: { type: 'string' },
    preset: { type: 'string' },
    threshold: { type: 'string' },
    columns: { type: 'string' },
    report: { type: 'string' },
  },
  run: async (context) => {
    const [reference, current] = [text(context, 'reference'), text(context, 'current')];
    if (reference === undefined || current === undefined) throw new UsageError(`usage: millrace ${drift.usage}`);
    const settings = {
      preset: presetOf(text(context, 'preset')),
      threshold: thresholdOf(text(context, 'threshold')),
      columns: columnsOf(text(context, 'columns')),
      spec: specOf(context),
    };
    const { cwd } = context.io;
    const sources = { reference: sourceOf(reference, cwd), current: sourceOf(current, cwd) };
    const out = text(context, 'report');
    const read = [reference, current, ...[text(context, 'spec')].filter((file) => file !== undefined)];
    const [page] = out === undefined ? [] : outputFiles('--report', out, '.html', { inputs: [current], read, cwd });
    const report = await compared(context, { ...sources, ...settings }, `${reference} against ${current}`);
    if (page !== undefined) {
      mkdirSync(dirname(page), { recursive: true });
      writeFileSync(page, driftPage(report));
    }
    context.print(report, driftText(report, page));
    return EXIT_CODES[report.status];
  },
};

const EXIT_CODES: Record<DriftReport['status'], number> = {
  ok: EXIT_OK,
  warn: EXIT_OK,
  alarm: EXIT_FAILED,
  insufficient_data: EXIT_USAGE,
};

/** @throws UsageError whatever the reason: exit code 1 would say that there is drift */
async function compared(
  context: CommandContext,
  input: Parameters<typeof compareFiles>[0],
  what: string,
): Promise<DriftReport> {
  const progress = ioProgress(what, context.io);
  try {
    return await compareFiles({ ...input, onProgress: (step) => progress.report(step) });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new UsageError(message, { cause: error });
  } finally {
    progress.end();
  }
}

function sourceOf(file: string, cwd: string): DriftSource {
  const stored = readStoredProfile(file, cwd);
  return stored ? { stored, name: basename(file) } : { path: resolve(cwd, file) };
}

function presetOf(name: string | undefined): DriftPreset {
  if (name === undefined) return 'millrace';
  const found = DRIFT_PRESETS.find((preset) => preset === name);
  if (found) return found;
  throw new UsageError(`--preset must be one of ${DRIFT_PRESETS.join(', ')}, got ${name}`);
}

function thresholdOf(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const threshold = Number(value);
  if (threshold > 0 && Number.isFinite(threshold)) return threshold;
  throw new UsageError(`--threshold must be a number above 0, got ${value}`);
}

function columnsOf(value: string | undefined): string[] | undefined {
  const names = value?.split(',').map((name) => name.trim());
  if (names?.some((name) => name === ''))
    throw new UsageError(`--columns must be names with commas between, got ${value}`);
  return names;
}

function specOf(context: CommandContext): ModelSpec | undefined {
  const file = text(context, 'spec');
  if (file === undefined) return undefined;
  const checked = checkSpecFile(file, context.io.cwd);
  if ('spec' in checked) return checked.spec;
  throw new UsageError([`${file} is not a valid spec:`, ...checked.problems.map(showProblem)].join('\n  '));
}

function text({ options }: CommandContext, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
