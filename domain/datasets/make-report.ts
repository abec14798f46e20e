import type { ValidationContext } from '../contracts/context.ts';
import { renderReport } from '../contracts/html/report-page.ts';
import type { Judgement } from '../contracts/judgement.ts';
import type { ModelSpec } from '../spec/model-spec.ts';
import { ValidationReport } from './report.ts';

/** What a judgement is about. */
export type ReportSubject = Pick<ValidationReport, 'specVersion' | 'file' | 'at'>;

/**
 * The report of a judgement, and the page that shows it beside the newest accepted version: the same wherever a file was
 * judged.
 */
export function makeReport(
  judgement: Judgement,
  subject: ReportSubject,
  spec: Pick<ModelSpec, 'name' | 'data'>,
  context?: Pick<ValidationContext, 'history'>,
): { readonly report: ValidationReport; page(): string } {
  const { profile, ...rest } = judgement;
  // beside nothing no figures stand
  const previous = profile && context?.history.find((entry) => entry.profile);
  const report = ValidationReport.parse({
    ...rest,
    ...subject,
    schemaVersion: 2,
    model: spec.name,
    ...(previous && { previous: previous.dataset }),
  });
  const beside = previous?.profile && { dataset: previous.dataset, at: previous.at, profile: previous.profile };
  return { report, page: () => renderReport(report, profile, beside, spec) };
}
