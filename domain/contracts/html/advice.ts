import type { ValidationReport } from '../../datasets/report.ts';
import { many } from '../../html/figures.ts';
import { isUnusable, refusesFile } from '../unusable.ts';

/** What to do about a refusal, by the code of its reason. */
const BY_CODE: Readonly<Record<string, string>> = {
  empty: 'The file came without content. See whether the export that makes it ran, and upload it again.',
  compressed: 'Upload the file uncompressed, or compressed with gzip or Zstandard.',
  'decompression-bomb': 'The file holds far more than its size says. Upload it uncompressed if that is right.',
  'trailing-garbage': 'Something was appended to the compressed file. Compress it again and upload that.',
  damaged: 'Export the file again; if it came over a network, compare its SHA-256 with the one below.',
  truncated: 'The end of the file is missing. Upload it again, completely.',
  unreadable: 'Export the file again; if it came over a network, compare its SHA-256 with the one below.',
  'wrong-format': 'The file is of another format than data.format says. Export it in that format, or change the spec.',
  'wrong-encoding': 'Save the file as UTF-8 and upload it again.',
  'wrong-header': 'Compare the first line of the file with the columns of the spec: names, delimiter and quotes.',
  'nul-byte': 'The export wrote binary data or UTF-16 into the file. Export it as UTF-8 text.',
  'broken-quotes': 'See whether a quote within a cell is doubled and each quoted cell is closed, and export again.',
  'line-too-long': 'See whether lines end as they must and each quoted cell is closed, and export again.',
  'lines-too-long': 'Export the file as Parquet, or the long cells apart from the rest.',
  'mixed-line-ends': 'Export the file anew: files with different line ends were put together.',
  'wrong-width': 'Compare the cells of a row with the columns of the spec: their number and the delimiter.',
  'missing-column':
    'Add the missing columns to the export. If they are gone for good, apply a spec without them, or let nullable ones be absent with data.missingColumns: "null".',
  'duplicate-column': 'Give each column of the export a name of its own.',
  'extra-column':
    'Take the new columns out of the export, add them to the spec, or let them pass with data.extraColumns: ignore.',
  'reordered-columns': 'Export the columns in the order of the spec, or let any pass with data.columnOrder: any.',
  'wrong-column-type': 'Export nested columns as plain ones.',
  'no-rows': 'There is nothing to train on. See whether the export that makes the file ran to its end.',
  'too-large': 'Split the file, or raise data.maxSizeMb.',
  'too-many-parts': 'Write fewer, larger files.',
  'bad-manifest': 'Correct manifest.json and upload it again, last.',
  'missing-file': 'Upload what manifest.json names, and manifest.json again, last.',
  'too-many-bad-rows':
    'Look at the rules with the most broken rows: one cause is often behind most of them. Correct it at the source and upload the file again.',
  'too-few-rows': 'Wait for more data, or lower data.minRows.',
};
const MOST = 3;

/** What the reader does next, the most important first; never empty. */
export function advice(report: ValidationReport): string[] {
  const { verdict, warnings, rows, checks } = report;
  if (verdict === 'rejected') return refused(report);
  const unknown = checks.filter(({ status }) => status !== 'passed' && status !== 'failed').length;
  const steps = [
    rows.quarantined > 0 &&
      `Look at ${many(rows.quarantined, 'row')} in the quarantine file: each has its line, its cells and every rule it broke. Correct them at the source. ${otherwise(report)}`,
    warnings.length > 0 && `Read ${many(warnings.length, 'warning')} below; nothing was held back for them.`,
    unknown > 0 &&
      `${many(unknown, 'check')} could not be made yet. ${unknown === 1 ? 'It starts by itself' : 'They start by themselves'} once there is enough history or data.`,
  ].filter((step) => step !== false);
  return steps.length > 0 ? steps : ['Nothing. The data can be trained on.'];
}

function refused(report: ValidationReport): string[] {
  const { reasons, checks } = report;
  // lines that were set aside are no reason to export another file
  const about = reasons.filter((reason) => reason.rows === undefined || !refusesFile({ code: reason.code }));
  const codes = [...new Set(about.map(({ code }) => code))];
  const steps = codes.map((code) => (Object.hasOwn(BY_CODE, code) ? BY_CODE[code] : undefined));
  const failed = checks.filter(({ status, severity }) => status === 'failed' && severity === 'error').length;
  const known = [
    ...steps.filter((step) => step !== undefined),
    ...(codes.some((code) => code.endsWith('-beyond-tolerance'))
      ? ['Look at the rules that are broken beyond their tolerance, and at their examples.']
      : []),
    ...(failed > 0 ? [`Look at ${many(failed, 'failed check')}: each says its figure and what is allowed.`] : []),
  ].slice(0, MOST);
  if (known.length === 0) known.push('Read why below, correct the file and upload it again.');
  return isUnusable(reasons) ? known : [...known, otherwise(report)];
}

/** What to do if it is the contract that is wrong. A file that was judged with a spec from a file is known to no registry. */
function otherwise({ specVersion }: ValidationReport): string {
  const release = specVersion === undefined ? '' : ' and replay the data, or let it pass with millrace data release';
  return `If the data is right and the contract is not, change the spec${release}.`;
}
