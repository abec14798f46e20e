import { statSync } from 'node:fs';
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { ValidationContext } from '../../domain/contracts/context.ts';
import { isUnusable } from '../../domain/contracts/unusable.ts';
import { makeReport } from '../../domain/datasets/make-report.ts';
import type { ValidationReport } from '../../domain/datasets/report.ts';
import { shown } from '../../domain/html/markup.ts';
import type { ModelSpec } from '../../domain/spec/model-spec.ts';
import { exportQuarantine } from '../../engine/export-quarantine.ts';
import { validateFile } from '../../engine/validate-file.ts';
import { withWorkFolder } from '../../engine/work-folder.ts';
import { type Command, type CommandContext, EXIT_FAILED, EXIT_OK, EXIT_USAGE, UsageError } from '../command.ts';
import { instant } from '../instant.ts';
import { judgementText, summaryText } from '../judgement-text.ts';
import { outputFiles } from '../output-files.ts';
import { readText } from '../read-text.ts';
import { checkSpecFile } from '../spec-file.ts';
import { ioProgress } from '../work-progress.ts';
import { problemText } from './spec-check.ts';

export const validate: Command = {
  name: 'validate',
  summary: 'Judge data files by a spec on this machine, as an upload would be judged',
  usage:
    'validate --spec <file> --data <file>... [--report <file>] [--quarantine <file>] [--context <file>] [--at <time>]',
  details:
    'Runs what the platform runs on an upload, and sends nothing anywhere. --report writes the report as an HTML page,\n' +
    '--quarantine the rows that are set aside as Parquet, or as CSV for a spreadsheet if the name ends in .csv; with\n' +
    'several files each names a folder. Checks against history or the champion need --context: a file with what the\n' +
    'registry knows; without it they are named as not judged. --at says when the files came, for freshness.\n' +
    'Exit code 0: every file is accepted, perhaps with rows set aside; 1: one is rejected by the contract; 2: one cannot\n' +
    'be read as what the spec says, or the spec or the command line is wrong. The worst of several files counts.',
  options: {
    spec: { type: 'string' },
    data: { type: 'string', multiple: true },
    report: { type: 'string' },
    quarantine: { type: 'string' },
    context: { type: 'string' },
    at: { type: 'string' },
  },
  // files of a pattern that the shell expands: only the first belongs to --data
  arguments: { min: 0, max: Number.POSITIVE_INFINITY },
  run: async (context) => {
    const specFile = text(context, 'spec');
    if (specFile === undefined) throw new UsageError(`usage: millrace ${validate.usage}`);
    const jobs = jobsOf(context, specFile);
    const checked = checkSpecFile(specFile, context.io.cwd);
    if ('problems' in checked) {
      const { problems } = checked;
      context.print({ file: specFile, ok: false, problems }, problemText(specFile, problems));
      return EXIT_USAGE;
    }
    const known = knownFacts(context);
    const reports: ValidationReport[] = [];
    for (const [i, job] of jobs.entries()) {
      const { report, written } = await judgeFile(context, checked.spec, known, job);
      reports.push(report);
      if (!context.json) context.io.stdout(`${i > 0 ? '\n' : ''}${judgementText(job.file, report, written)}`);
    }
    if (context.json) context.print({ files: reports }, '');
    else if (reports.length > 1) context.io.stdout(`\n${summaryText(reports)}`);
    return Math.max(...reports.map(exitCode));
  },
};

const exitCode = ({ verdict, reasons }: ValidationReport): number => {
  if (verdict !== 'rejected') return EXIT_OK;
  return isUnusable(reasons) ? EXIT_USAGE : EXIT_FAILED;
};

interface Job {
  readonly file: string;
  readonly path: string;
  readonly report?: string | undefined;
  readonly quarantine?: string | undefined;
}

function jobsOf(context: CommandContext, specFile: string): Job[] {
  const { cwd } = context.io;
  const named = context.options.data;
  const files = [...(Array.isArray(named) ? named.map(String) : []), ...context.positionals];
  if (files.length === 0) throw new UsageError(`usage: millrace ${validate.usage}`);
  for (const file of files) {
    const found = statSync(resolve(cwd, file), { throwIfNoEntry: false });
    if (!found) throw new UsageError(`cannot read ${file}: there is no such file`);
    if (!found.isFile())
      throw new UsageError(`cannot read ${file}: it is ${found.isDirectory() ? 'a folder' : 'no file'}`);
  }
  const read = [specFile, ...files, ...[text(context, 'context')].filter((file) => file !== undefined)];
  const [report, quarantine] = [text(context, 'report'), text(context, 'quarantine')];
  const reports = report === undefined ? [] : outputFiles('--report', report, '.html', { inputs: files, read, cwd });
  const more = { inputs: files, read: [...read, ...reports], cwd };
  const aside = quarantine === undefined ? [] : outputFiles('--quarantine', quarantine, '.parquet', more);
  return files.map((file, i) => ({ file, path: resolve(cwd, file), report: reports[i], quarantine: aside[i] }));
}

/** @throws UsageError */
function knownFacts(context: CommandContext): ValidationContext {
  const [file, at] = [text(context, 'context'), text(context, 'at')];
  if (file === undefined) return ValidationContext.parse({ at: instant(at).toISOString() });
  const parsed = ValidationContext.safeParse({
    ...parseObject(file, readText(file, context.io.cwd)),
    ...(at !== undefined && { at: instant(at).toISOString() }),
  });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new UsageError(`${file} is no validation context: ${issue?.path.map(String).join('.')}: ${issue?.message}`);
}

function parseObject(file: string, json: string): object {
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // said below
  }
  throw new UsageError(`${file} is no validation context: it is no JSON object`);
}

/** @throws UsageError if it cannot be judged for a reason that is not the file's: exit code 1 would say it is bad */
async function judgeFile(context: CommandContext, spec: ModelSpec, known: ValidationContext, job: Job) {
  const progress = ioProgress(shown(job.file), context.io);
  try {
    return await withWorkFolder('validate', (folder) =>
      validateFile(
        { spec, path: job.path, folder, context: known, onProgress: (step) => progress.report(step) },
        async ({ judgement, sha256, size, quarantine }) => {
          const subject = { file: { name: job.file, size, sha256 }, at: known.at };
          const { report, page } = makeReport(judgement, subject, spec, known);
          if (job.report !== undefined) await writeOut(job.report, (path) => writeFile(path, page()));
          if (job.quarantine !== undefined) await writeQuarantine(job.quarantine, quarantine);
          return { report, written: writtenFiles(job, quarantine !== undefined) };
        },
      ),
    );
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${job.file} could not be judged: ${message}`, { cause: error });
  } finally {
    progress.end();
  }
}

/** A file of an earlier run does not stay where nothing is set aside. */
async function writeQuarantine(path: string, quarantine: string | undefined): Promise<void> {
  if (quarantine === undefined) await rm(path, { force: true });
  else if (/\.csv$/i.test(path)) await writeOut(path, () => exportQuarantine(quarantine, path));
  else await writeOut(path, () => copyFile(quarantine, path));
}

async function writeOut(path: string, write: (path: string) => Promise<void>): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await write(path);
}

function writtenFiles({ report, quarantine }: Job, setAside: boolean): [string, string][] {
  return [
    ...(report === undefined ? [] : [['report', report] as [string, string]]),
    ...(quarantine === undefined
      ? []
      : [['quarantine', setAside ? quarantine : 'nothing: no row is set aside'] as [string, string]]),
  ];
}

function text({ options }: Pick<CommandContext, 'options'>, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
