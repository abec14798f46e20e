import type { DatasetVersion, Reason } from '../registry/entities.ts';
import type { DataSpec } from '../spec/columns.ts';

/** How often a rule was broken, and by what. */
export interface RuleCount {
  readonly code: string;
  readonly message: string;
  readonly column?: string | undefined;
  readonly rows: number;
  /** Cells that broke it; none of protected columns. */
  readonly examples: readonly string[];
}

export interface RowCounts {
  /** Records after the header, broken ones too. */
  readonly total: number;
  readonly bad: number;
}

const EXAMPLE_CHARACTERS = 60;

/** Bad rows are set aside up to a share of the upload; more, or too few good ones, and all of it is refused. */
export function judge(
  data: Pick<DataSpec, 'maxQuarantineShare' | 'minRows'>,
  { total, bad }: RowCounts,
  broken: readonly RuleCount[],
): { verdict: DatasetVersion['verdict']; reasons: Reason[] } {
  const reasons = broken.filter(({ rows }) => rows > 0).map(reasonOf);
  if (total === 0) return reject({ code: 'no-rows', message: 'there is a header but no row' }, reasons);
  const share = bad / total;
  if (share > data.maxQuarantineShare) {
    const message = `${bad} of ${total} rows are bad (${percent(share)}); at most ${percent(data.maxQuarantineShare)} may be`;
    return reject({ code: 'too-many-bad-rows', message, rows: bad }, reasons);
  }
  const good = total - bad;
  if (good < data.minRows) {
    const message = `${good} good rows, but at least ${data.minRows} are needed`;
    return reject({ code: 'too-few-rows', message, rows: good }, reasons);
  }
  return { verdict: bad > 0 ? 'accepted-with-quarantine' : 'accepted', reasons };
}

const reject = (reason: Reason, others: Reason[]) => ({ verdict: 'rejected' as const, reasons: [reason, ...others] });

const percent = (share: number): string => `${Number((share * 100).toPrecision(3))} %`;

function reasonOf({ code, message, column, rows, examples }: RuleCount): Reason {
  const seen = examples.length > 0 ? `; seen ${examples.map((example) => JSON.stringify(example)).join(', ')}` : '';
  return { code, message: `${message}${seen}`, ...(column !== undefined && { column }), rows };
}

/** A cell short enough to show. */
export function showCell(cell: string): string {
  const characters = [...cell.slice(0, 2 * EXAMPLE_CHARACTERS + 2)];
  return characters.length > EXAMPLE_CHARACTERS ? `${characters.slice(0, EXAMPLE_CHARACTERS).join('')}…` : cell;
}
