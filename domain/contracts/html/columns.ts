import type { ValidationReport } from '../../datasets/report.ts';
import { within } from '../../html/budget.ts';
import { whole } from '../../html/figures.ts';
import { legend } from '../../html/legend.ts';
import { html, type Markup } from '../../html/markup.ts';
import { missingShare } from '../../profiles/missing-share.ts';
import type { Profile } from '../../profiles/profile.ts';
import type { ModelSpec } from '../../spec/model-spec.ts';
import { columnCard } from './column-card.ts';
import { type ComparedColumn, compareColumns } from './comparison.ts';

const LIMIT = { items: 120, bytes: 560_000 };
/** A PSI that is customarily called a shift counts as much as so many missing cells. */
const SHIFT = 0.25;
const SHIFTED_MISSING = 0.05;
/** Weight of a broken rule or failed check of a column: more than any ordinary shift. */
const PROBLEM = 100;

export interface PreviousVersion {
  readonly dataset: number;
  readonly at: string;
  readonly profile: Profile;
}

/** Every column's figures and distribution beside the version before; broken ones and those that moved most first. */
export function columnSection(
  report: ValidationReport,
  profile: Profile,
  previous: PreviousVersion | undefined,
  spec: Pick<ModelSpec, 'data'> | undefined,
): Markup {
  const beforeName = previous ? `version ${previous.dataset}` : '';
  const problems = problemsByColumn(report);
  const interest = (column: ComparedColumn): number =>
    PROBLEM * Math.min(1, problems.get(column.now.name) ?? 0) + shift(column);
  // stable: among equals the order of the spec stays
  const columns = compareColumns(profile, previous?.profile, spec?.data.timestamp)
    .map((column) => ({ column, weight: interest(column) }))
    .sort((a, b) => b.weight - a.weight)
    .map(({ column }) => column);
  const { shown, left } = within(LIMIT, columns, (column) =>
    columnCard(column, { beforeName, data: spec?.data, problems: problems.get(column.now.name) ?? 0 }),
  );
  return html`<section id="columns"><h2>Columns</h2><p class="note">Of the ${whole(profile.rows)} rows that are not set aside. Columns with a broken rule come first, then those that moved most.${left > 0 && html` <b>${whole(left)} of ${whole(columns.length)} columns are left out here</b>; report.json and profile.json hold all.`}</p>${legendOf(previous)}<div class="cards">${shown}</div></section>
`;
}

function legendOf(previous: PreviousVersion | undefined): Markup {
  if (!previous) return legend('this file', '', 'There is no accepted version to stand beside.');
  return legend('this file', html`version ${previous.dataset}, accepted ${previous.at.slice(0, 10)}`);
}

function shift({ now, before, psi }: ComparedColumn): number {
  if (!before) return 0;
  return (psi ?? 0) / SHIFT + Math.abs(missingShare(now) - missingShare(before)) / SHIFTED_MISSING;
}

function problemsByColumn({ rules, checks }: ValidationReport): ReadonlyMap<string, number> {
  const columns = [
    ...rules.filter(({ status }) => status === 'broken').map(({ column }) => column),
    ...checks.filter(({ status }) => status === 'failed').map(({ column }) => column),
  ];
  const counts = new Map<string, number>();
  for (const column of columns) if (column !== undefined) counts.set(column, (counts.get(column) ?? 0) + 1);
  return counts;
}
