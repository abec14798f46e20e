import type { DraftedSpec } from '../domain/model-monitor/draft-spec.ts';
import type { Statistics } from '../domain/model-monitor/statistics.ts';
import type { ReadCapture } from '../engine/model-monitor/read-capture.ts';
import { printable } from './format.ts';
import type { Captured } from './model-monitor-capture.ts';
import { countText, featuresText, linesText, violationsText, widthsText, windowsText } from './model-monitor-text.ts';

const linesValue = ({ read, repeated, skipped }: ReadCapture['lines']) => {
  return { read, repeated, skipped: Object.fromEntries(skipped) };
};

/** The same for programs. */
export function reportOf({ document, fates, problems }: DraftedSpec, captured: Captured) {
  const { judged, capture, truth, outcomes, labelledRows, brokenFiles } = captured;
  const windows = [...judged.windows].map(([hour, { calls, rows, predictions, violations }]) => {
    const quality = outcomes.get(hour);
    return { hour, calls, rows, predictions, violations, ...(quality?.rows && { quality: quality.quality(hour) }) };
  });
  return {
    spec: document,
    problems,
    features: fates,
    ...(judged.predictionsAreTarget !== undefined && { predictionsAreTarget: judged.predictionsAreTarget }),
    ...(capture && { capture: linesValue(capture.lines), windows }),
    ...(truth && { groundTruth: { ...linesValue(truth.lines), joined: truth.labels.joined, labelledRows } }),
    brokenFiles,
  };
}

const guessOf = ({ features }: Statistics, target: string): string =>
  features.some(({ name }) => name === target)
    ? 'a guess: --target names another'
    : 'not in the statistics: --target names another, or complete it in the spec';

/** What a person wants to know: what became of the baseline, what was read, what is violated, what to do next. */
export function summaryText(
  out: string | undefined,
  statistics: Statistics,
  draft: DraftedSpec,
  captured: Captured,
): string {
  const { judged, capture, truth, target, labelledRows, outcomes, brokenFiles } = captured;
  const rows = [...judged.windows.values()].reduce((sum, window) => sum + window.rows, 0);
  const unusable = [...outcomes.values()].reduce((sum, one) => sum + one.unusable, 0);
  const guessed = draft.notes.has('data.target') ? ` (${guessOf(statistics, target)})` : '';
  const size = `${countText(statistics.features.length, 'column')} of ${countText(statistics.dataset.item_count, 'row')}`;
  const head = `${draft.document.name}: ${draft.document.task}, target ${printable(target)}${guessed}; a baseline of ${size}\n`;
  const folder = judged.windows.size > 0 ? `, windows/ (${countText(judged.windows.size, 'hour')})` : '';
  const written = `written to ${out}: model.yaml, reference-profile.json${folder}\nread model.yaml, fill in what it marks, then: millrace spec check ${out}/model.yaml\n`;
  return [
    head,
    featuresText(draft),
    ...(capture
      ? [
          linesText('capture', captured.files, capture.lines) + widthsText(capture.widths, captured.features),
          ...(judged.predictionsAreTarget === false
            ? [
                `predictions are not of the type of ${printable(target)} (probabilities of a label?): they are not compared with it\n`,
              ]
            : []),
          windowsText(judged),
          violationsText(judged.windows),
        ]
      : []),
    ...(truth
      ? [
          linesText('ground truth', captured.truthFiles, truth.lines) +
            `  ${truth.labels.joined} of ${countText(truth.labels.size, 'label')} joined a call; ${labelledRows} of ${countText(rows, 'row')} have a prediction and a label${unusable > 0 ? `, ${unusable} of them not of the task` : ''}\n`,
        ]
      : []),
    ...brokenFiles.map((file) => `ends early: ${printable(file)}\n`),
    out === undefined ? 'nothing is written: --out names a folder\n' : written,
  ].join('\n');
}
