import { type Content, html } from '../../html/markup.ts';
import type { MonitorKind } from '../finding.ts';
import type { MonitorReport } from '../report.ts';

const STEPS: Record<MonitorKind, string> = {
  'data-quality': 'Mend the caller: rows break what the contract says about features, and training anew does not help.',
  missingness: 'Find out why values are missing: a source that fails looks like this.',
  'new-categories': 'See where values come from that training never saw; the model knows nothing of them.',
  quality:
    'The model is worse than on its holdout. Train it on newer data, or roll back to a version that does better.',
  bias: 'Look at the groups below before anything else is decided with this model.',
  'estimated-quality': 'Quality seems to have fallen. Send labels to be sure.',
  'feature-drift': 'Look at the features below. If the change is here to stay, train on newer data.',
  'prediction-drift': 'Predictions have other values than on the holdout: see which features moved with them.',
};
const ORDER = Object.keys(STEPS) as MonitorKind[];
const MOST = 4;

/** What the reader of a window does next, by its monitors; never empty. */
export function monitorAdvice({ status, outcomes, minRows, reasons, model }: MonitorReport): Content[] {
  if (status === 'ok') return ['Nothing.'];
  if (status === 'insufficient_data')
    return [
      html`${reasons[0] ?? 'There is no traffic'}. Wait for more rows, take a longer monitoring.window, or lower monitoring.minRows (${minRows}).`,
    ];
  const wanted = ORDER.filter((kind) =>
    outcomes.some(({ monitor, status: own }) => monitor === kind && own === status),
  );
  return [
    ...wanted.slice(0, MOST).map((kind) => STEPS[kind]),
    status === 'alarm'
      ? html`Whether the model is trained anew is written down: <code>millrace decisions ${model}</code>.`
      : 'Nothing needs to be done unless it persists.',
  ];
}
