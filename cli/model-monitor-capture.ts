import type { Constraints } from '../domain/model-monitor/constraints.ts';
import type { DraftedSpec } from '../domain/model-monitor/draft-spec.ts';
import { capturePlan, type JudgedWindows, judgeWindows } from '../domain/model-monitor/judge-windows.ts';
import { Outcomes } from '../domain/model-monitor/outcomes.ts';
import { profileOfStatistics } from '../domain/model-monitor/reference-profile.ts';
import type { Statistics } from '../domain/model-monitor/statistics.ts';
import { type ReadCapture, type ReadLabels, readCapture, readLabels } from '../engine/model-monitor/read-capture.ts';
import { type CommandContext, UsageError } from './command.ts';
import { filesOf, textOption } from './model-monitor-input.ts';
import { ioProgress } from './work-progress.ts';

/** What a capture came to; without one there are no windows. */
export interface Captured {
  readonly judged: JudgedWindows;
  readonly target: string;
  /** Names in the order of positional data. */
  readonly features: readonly string[];
  readonly files: number;
  readonly capture?: ReadCapture;
  readonly truth?: ReadLabels;
  readonly truthFiles: number;
  readonly outcomes: ReadonlyMap<string, Outcomes>;
  readonly labelledRows: number;
  readonly brokenFiles: readonly string[];
}

/** Names of positional values, in order. @throws UsageError for one that is empty or there twice */
function namedFeatures(option: string | undefined): string[] | undefined {
  const names = option?.split(',').map((name) => name.trim());
  const wrong = names?.find((name, i) => name === '' || names.indexOf(name) < i);
  if (wrong === undefined) return names;
  throw new UsageError(`--features must name each value once, with commas between, got ${JSON.stringify(option)}`);
}

/** @throws UsageError for what the command line names and is not there */
export async function capturedWindows(
  context: CommandContext,
  statistics: Statistics,
  constraints: Constraints,
  { document }: DraftedSpec,
): Promise<Captured> {
  const { target } = document.data as { target: string };
  const given = namedFeatures(textOption(context, 'features'));
  const features = given ?? statistics.features.map(({ name }) => name).filter((name) => name !== target);
  const baseline = profileOfStatistics(statistics);
  const plan = capturePlan(baseline, constraints, { features, target });
  const named = [...((context.options.capture as string[] | undefined) ?? []), ...context.positionals];
  const truthFolder = textOption(context, 'ground-truth');
  for (const [option, value] of Object.entries({ 'ground-truth': truthFolder, features: given }))
    if (value !== undefined && named.length === 0) throw new UsageError(`--${option} needs --capture`);
  const files = await filesOf(context, 'capture', named);
  const truthFiles = truthFolder === undefined ? [] : await filesOf(context, 'ground-truth', [truthFolder]);
  const progress = ioProgress('import', context.io);
  try {
    const truth =
      truthFolder === undefined
        ? undefined
        : await readLabels(truthFiles, (share) => progress.report({ step: 'reading ground truth', share }));
    const outcomes = new Map<string, Outcomes>();
    let labelledRows = 0;
    const capture = await readCapture(
      files,
      plan,
      (share) => progress.report({ step: 'reading capture', share }),
      (call, hour) => {
        for (const [i, label] of (truth?.labels.of(call) ?? []).entries()) {
          const output = call.outputs?.[i];
          if (label === undefined || output === undefined) continue;
          labelledRows += 1;
          const window = outcomes.get(hour) ?? outcomesOf(document);
          if (!window) continue;
          outcomes.set(hour, window);
          window.add(label, output);
        }
      },
    );
    return {
      judged: judgeWindows(baseline, constraints, plan, capture.windows, target),
      target,
      features,
      files: files.length,
      ...(named.length > 0 && { capture }),
      ...(truth && { truth }),
      truthFiles: truthFiles.length,
      outcomes,
      labelledRows,
      brokenFiles: [...(truth?.brokenFiles ?? []), ...capture.brokenFiles],
    };
  } finally {
    progress.end();
  }
}

/** Figures of several classes need a probability of each, whose order a capture does not tell. */
function outcomesOf({ task, classes }: Record<string, unknown>): Outcomes | undefined {
  if (task !== 'binary' && task !== 'regression') return undefined;
  return new Outcomes(task, classes as string[] | undefined);
}
