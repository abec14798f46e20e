import { type Content, data, html, type Markup } from '../../html/markup.ts';
import type { DriftColumn, DriftReport } from '../drift-report.ts';
import type { MonitorKind } from '../finding.ts';

const NAMES = 3;

/** What the reader of a comparison does next; never empty. */
export function driftAdvice({ status, columns, preset, model }: DriftReport): Content[] {
  const judged = columns.filter((column) => column.judged);
  if (status === 'insufficient_data') return ['Give data with rows, and columns that the reference has too.'];
  if (status === 'ok') return ['Nothing. The data are as the reference is, as far as these columns tell.'];
  if (status === 'warn') {
    return [
      html`Keep an eye on ${names(judged.filter((column) => column.status !== 'ok' && column.status !== 'insufficient_data'))}; nothing is beyond what is allowed.`,
    ];
  }
  const alarms = judged.filter((column) => column.status === 'alarm');
  const by = (monitor: MonitorKind) =>
    alarms.filter(({ findings }) =>
      findings.some((finding) => finding.monitor === monitor && finding.status === 'alarm'),
    );
  const gone = alarms.filter(({ state }) => state !== 'compared');
  const [missing, unseen, moved] = [by('missingness'), by('new-categories'), by('feature-drift')];
  return [
    gone.length > 0 &&
      html`Bring back ${names(gone)} at the source, as it was: a model trained with it cannot do without.`,
    missing.length > 0 &&
      html`Find out why ${names(missing)} is missing more often: a source that fails looks like this, and training anew does not mend it.`,
    unseen.length > 0 &&
      html`See where the values of ${names(unseen)} come from that the reference does not have: a model knows nothing of them.`,
    moved.length > 0 &&
      html`Look at ${names(moved)} below. If the change is here to stay, train on newer data; if it is of the season, ${tolerance(preset, model)}.`,
  ].filter((step) => step !== false);
}

const tolerance = (preset: DriftReport['preset'], model: string | undefined): Markup =>
  preset !== 'millrace' || model === undefined
    ? html`compare with the same season, or raise <code>--threshold</code>`
    : html`raise <code>monitoring.thresholds</code> of the column in the spec`;

function names(columns: readonly DriftColumn[]): Markup {
  const first = columns.slice(0, NAMES).map(({ name }, i) => html`${i > 0 && ', '}<b>${data(name)}</b>`);
  const more = columns.length - NAMES;
  return html`${first}${more > 0 && ` and ${more} more`}`;
}
