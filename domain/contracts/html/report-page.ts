import type { ValidationReport } from '../../datasets/report.ts';
import { html, shown } from '../../html/markup.ts';
import { page } from '../../html/page.ts';
import type { Profile } from '../../profiles/profile.ts';
import type { ModelSpec } from '../../spec/model-spec.ts';
import { checkSection } from './checks.ts';
import { columnSection, type PreviousVersion } from './columns.ts';
import { reasonSections } from './reasons.ts';
import { ruleSection } from './rules.ts';
import { sourceSection } from './source.ts';
import { verdictSection } from './verdict.ts';

/**
 * A validation report as one HTML page that needs nothing but itself: no script, no font, no request. The same input gives
 * the same page, and a page has at most 1 MB, whatever it is about: what does not fit is counted and left to report.json.
 *
 * @param profile of the rows that are not set aside
 * @param previous the accepted version the distributions stand beside
 * @param spec says which columns are protected, the target and so on
 */
export function renderReport(
  report: ValidationReport,
  profile?: Profile,
  previous?: PreviousVersion,
  spec?: Pick<ModelSpec, 'data'>,
): string {
  return page({
    title: html`${shown(report.model)}: ${report.verdict} · ${shown(report.file.name, 120)}`,
    main: html`${verdictSection(report)}${reasonSections(report)}${ruleSection(report)}${checkSection(report)}${sourceSection(report)}${
      profile && columnSection(report, profile, previous, spec)
    }<footer>A Millrace validation report. report.json holds the same for machines.</footer>`,
  });
}
