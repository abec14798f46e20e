import { within } from '../../html/budget.ts';
import { figure, many, percent, whole } from '../../html/figures.ts';
import { type Content, data, html, type Markup, shown } from '../../html/markup.ts';
import { page } from '../../html/page.ts';
import { segmentText } from '../assess/sentences.ts';
import type { Finding, MonitorKind } from '../finding.ts';
import type { MonitorReport } from '../report.ts';
import { columnSections, measureName } from './columns.ts';
import { monitorAdvice } from './monitor-advice.ts';
import { statusMark } from './status.ts';
import { DRIFT_STYLES } from './styles.ts';
import { verdictHeader } from './verdict.ts';
import { type WindowProfiles, windowColumns } from './window-columns.ts';

const OTHERS = { items: 200, bytes: 90_000 };
const REASON_CHARACTERS = 400;

export const MONITOR_NAMES: Record<MonitorKind, string> = {
  'data-quality': 'Data quality',
  'feature-drift': 'Feature drift',
  missingness: 'Missing values',
  'new-categories': 'Values never seen',
  'prediction-drift': 'Prediction drift',
  quality: 'Quality with labels',
  'estimated-quality': 'Estimated quality',
  bias: 'Bias',
};
const SENTENCES: Record<MonitorReport['status'], string> = {
  alarm: 'Alarm: what the model meets is not what it was trained on.',
  warn: 'Warning: something moved; it has not persisted, or is small.',
  ok: 'Nothing moved that matters.',
  insufficient_data: 'Too little data to say anything.',
};

/**
 * A monitored window as one HTML page that needs nothing but itself: verdict, monitors, and features and prediction with
 * their distributions over those of training. At most 1 MB; what does not fit is counted and left to the report.
 */
export function monitorPage(report: MonitorReport, profiles: WindowProfiles): string {
  const { model, modelVersion, status, windowStart, windowEnd, rows, labelCoverage, baselineRows } = report;
  const { columns, others } = windowColumns(report, profiles);
  const window = `${minute(windowStart)} to ${minute(windowEnd)} UTC`;
  const header = verdictHeader({
    status,
    about: html`${data(model)} · version ${modelVersion} · ${window}`,
    sentence: SENTENCES[status],
    figures: [
      ['rows', whole(rows), report.sampledRows < rows ? `${whole(report.sampledRows)} captured` : undefined],
      ['have a label', percent(labelCoverage)],
      ['rows of training', whole(baselineRows)],
    ],
    next: monitorAdvice(report),
  });
  return page({
    title: html`${shown(model)}: ${status.replace('_', ' ')} · ${window}`,
    styles: DRIFT_STYLES,
    main: html`${header}${monitors(report)}${columnSections({
      columns,
      referenceName: 'training',
      currentName: 'the window',
      rest: 'monitor-report.json has all',
    })}${otherFindings(others)}${decided(report)}<footer>A Millrace monitoring report. monitor-report.json holds the same for machines.</footer>`,
  });
}

const minute = (instant: string): string => instant.slice(0, 16).replace('T', ' ');

function monitors({ outcomes }: MonitorReport): Markup {
  const row = ({ monitor, status, breaches, of, reason }: MonitorReport['outcomes'][number]) =>
    html`<tr><td>${statusMark(status, 'alarm')}</td><th scope="row"><b>${MONITOR_NAMES[monitor]}</b><span>${shown(reason, REASON_CHARACTERS)}</span></th><td class="number" data-label="Breached windows">${of === 0 ? html`<span class="soft">–</span>` : `${breaches} of ${of}`}</td></tr>
`;
  return html`<section id="monitors"><h2>Monitors</h2><table class="list"><caption class="hidden">Monitors</caption><thead><tr><th scope="col">Status</th><th scope="col">Monitor</th><th scope="col" class="number">Breached windows</th></tr></thead><tbody>${outcomes.map(row)}</tbody></table></section>
`;
}

/** Quality, bias and segments: what has no distribution to draw. */
function otherFindings(findings: readonly Finding[]): Markup | undefined {
  if (findings.length === 0) return undefined;
  const value = (each: number | undefined): Content =>
    each === undefined ? html`<span class="soft">–</span>` : figure(each);
  const { shown: rows, left } = within(OTHERS, findings, (finding) => {
    const { monitor, subject, segment, status, measure, interval, message } = finding;
    const range = interval && html` <span class="soft">${figure(interval[0])} to ${figure(interval[1])}</span>`;
    const where = segment && html` where ${shown(segmentText(segment), 120)}`;
    return html`<tr><td>${statusMark(status, 'breach')}</td><th scope="row"><b>${MONITOR_NAMES[monitor]}: ${data(subject, 128)}${where}</b><span>${shown(message, REASON_CHARACTERS)}</span></th><td class="number" data-label="${measureName(measure)}">${value(finding.value)}${range}</td><td class="number" data-label="Before">${value(finding.baseline)}</td></tr>
`;
  });
  return html`<section id="others"><h2>Quality, bias and segments</h2><table class="list"><caption class="hidden">Further findings</caption><thead><tr><th scope="col">Status</th><th scope="col">Finding</th><th scope="col" class="number">Figure</th><th scope="col" class="number">Before</th></tr></thead><tbody>${rows}</tbody></table>${left > 0 && html`<p class="note">${many(left, 'more finding')} in monitor-report.json, which holds all.</p>`}</section>
`;
}

function decided({ rule, tally, minRows, specVersion, otherVersions }: MonitorReport): Markup {
  const rejected = Object.values(tally.rejected).reduce((sum, rows) => sum + rows, 0);
  const facts: [string, Content][] = [
    ['An alarm takes', `${rule.breaches} breached of ${rule.of} windows`],
    ['False discovery rate', `${figure(rule.falseDiscoveryRate)}, over ${many(rule.tests, 'test')}`],
    ['Days between false alarms, at least', figure(rule.falseAlarmDays)],
    ['Fewest rows', whole(minRows)],
    ['Spec', `version ${specVersion}`],
    [
      'Lines captured',
      `${whole(tally.lines)}, of them ${whole(tally.duplicates)} twice and ${whole(rejected)} not usable`,
    ],
    ['Labels', `${whole(tally.labels.labelled)}, of them ${whole(tally.labels.corrected)} corrected`],
    ...(otherVersions.length > 0
      ? [
          [
            'Other versions',
            otherVersions.map((other) => `${other.version}: ${many(other.rows, 'row')}`).join(', '),
          ] as [string, Content],
        ]
      : []),
  ];
  return html`<section id="decided"><h2>How it was decided</h2><dl class="facts">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl></section>
`;
}
