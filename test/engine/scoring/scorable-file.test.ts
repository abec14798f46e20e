import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { answerLines, numbersSql, outputsSql, unusableSql } from '../../../domain/batch/answers-sql.ts';
import type { ModelSpec } from '../../../domain/spec/model-spec.ts';
import { queryOf, withDuckDb } from '../../../engine/duckdb.ts';
import { openScorable } from '../../../engine/scoring/scorable-file.ts';
import { withWorkFolder } from '../../../engine/work-folder.ts';
import { aModelSpec, type Overrides } from '../../fixtures/builders.ts';

async function opened(text: string, overrides: Overrides = {}) {
  const spec: ModelSpec = aModelSpec(overrides);
  return withWorkFolder('test', async (folder) => {
    const path = join(folder, 'file');
    const own = join(folder, 'own');
    await mkdir(own);
    await writeFile(path, text);
    return withDuckDb({ folders: [folder] }, async (connection) => {
      const file = await openScorable(connection, { spec, path, folder: own });
      if (!('relation' in file)) return { reasons: file.reasons, lines: [], ids: [] };
      const rows = await queryOf(connection)(`SELECT __line, customer_id FROM ${file.relation}`);
      const { total, bad, reasons } = file;
      return {
        total,
        bad,
        reasons,
        lines: rows.map((row) => Number(row.__line)),
        ids: rows.map((row) => row.customer_id),
      };
    });
  });
}

const HEADER = 'customer_id,seen_at,age,spend,plan,active,gender';
const CELLS = '2026-02-01,30,10,free,true,f';

describe('a file of rows to score', () => {
  it('names the line in which a row begins, also after cells of many lines', async () => {
    const text = `${HEADER}\n"a\nb",${CELLS}\n\nc,${CELLS}\n"d\n\n\n",${CELLS}\ne,${CELLS}\n`;
    expect(await opened(text)).toMatchObject({
      total: 4,
      bad: 0,
      lines: [2, 5, 6, 10],
      ids: ['a\nb', 'c', 'd\n\n\n', 'e'],
    });
  });

  it('may hold a row twice, and whatever in the target', async () => {
    const unique = aModelSpec().data.columns.map((column) => ({ ...column, unique: column.name === 'customer_id' }));
    const text = `churned,${HEADER}\n1,a,${CELLS}\n,a,${CELLS}\nnot known,a,${CELLS}\n`;
    const data = { columns: unique, keys: [['customer_id', 'seen_at']] };
    expect(await opened(text, { data })).toMatchObject({ total: 3, bad: 0, ids: ['a', 'a', 'a'] });
  });

  it('may lack the target without a header, where it stands last', async () => {
    expect(await opened(`a,${CELLS}\nb,${CELLS}\n`, { data: { header: false } })).toMatchObject({
      ids: ['a', 'b'],
      lines: [1, 2],
    });
    expect(await opened(`a,${CELLS},1\n`, { data: { header: false } })).toMatchObject({ ids: ['a'], bad: 0 });
  });

  it('may have the target where other columns than the spec’s are refused', async () => {
    expect(await opened(`${HEADER},more\na,${CELLS},1\n`)).toMatchObject({ reasons: [{ code: 'extra-column' }] });
    expect(await opened(`${HEADER},more\na,${CELLS},1\n`, { data: { extraColumns: 'ignore' } })).toMatchObject({
      ids: ['a'],
    });
  });

  it('is refused for a column that it lacks, and for another than the target alone', async () => {
    const lacking = `${HEADER.replace('age,', '')}\na,2026-02-01,10,free,true,f\n`;
    expect(await opened(lacking)).toMatchObject({ reasons: [{ code: 'missing-column', column: 'age' }] });
  });

  const damaged: readonly [string, string, string][] = [
    ['nothing', '', 'empty'],
    ['Parquet', 'PAR1 and so on', 'wrong-format'],
    ['an end that is cut off', `${HEADER}\na,${CELLS}\nb,2026`, 'truncated'],
  ];
  for (const [what, text, code] of damaged) {
    it(`is refused for ${what}`, async () => expect(await opened(text)).toMatchObject({ reasons: [{ code }] }));
  }

  it('of JSON Lines sets aside what is no object', async () => {
    const row = (id: string) => ({
      customer_id: id,
      seen_at: '2026-02-01',
      age: 30,
      spend: 10,
      plan: 'free',
      active: true,
      gender: 'f',
    });
    const text = [
      JSON.stringify(row('a')),
      '[1]',
      JSON.stringify({ ...row('b'), age: 'old' }),
      JSON.stringify(row('c')),
    ].join('\n');
    const { reasons, ...rest } = await opened(`${text}\n`, { data: { format: 'jsonl' } });
    expect(rest).toEqual({ total: 4, bad: 2, lines: [1, 4], ids: ['a', 'c'] });
    expect(reasons.map(({ code, rows }) => [code, rows]).sort()).toEqual([
      ['not-an-object', 1],
      ['wrong-type', 1],
    ]);
  });
});

describe('the lines of a container', () => {
  const read = (text: string, width: number, select: (numbers: string) => string) =>
    withWorkFolder('test', async (folder) => {
      const path = join(folder, 'out');
      await writeFile(path, text);
      return withDuckDb({ folders: [folder] }, async (connection) => {
        const from = `(SELECT ${numbersSql('line')} AS numbers FROM ${answerLines([path])})`;
        return queryOf(connection)(`SELECT ${select('numbers')}, ${unusableSql('numbers', width)} AS bad FROM ${from}`);
      });
    });

  it('hold as many finite numbers as the task needs, however they are separated', async () => {
    const text =
      '[0.1, 0.2, 0.7]\n0.1,0.2,0.7\n0.1 0.2\t0.7\n"0.1;0.2;0.7"\n1,2\n1,2,nan\n1,2,-inf\n1,2,x\n\n  \n1e-3,2,3E2\n\n';
    const rows = await read(text, 3, (numbers) => numbers);
    expect(rows.map(({ bad }) => bad)).toEqual([false, false, false, true, true, true, true, true, false]);
    expect(rows[0]?.numbers).toEqual([0.1, 0.2, 0.7]);
    expect(rows.at(-1)?.numbers).toEqual([0.001, 2, 300]);
  });

  it('give the likeliest class its name, the first of two', async () => {
    const classes = ["it's", 'b', 'c'];
    const rows = await read('0.2,0.5,0.3\n0.4,0.2,0.4\n', 3, (numbers) =>
      outputsSql('multiclass', classes, numbers).join(', '),
    );
    expect(rows.map(({ label }) => label)).toEqual(['b', "it's"]);
    expect(rows[0]?.probabilities).toEqual([0.2, 0.5, 0.3]);
    expect(outputsSql('regression', [], 'n')).toEqual(['n[1] AS prediction']);
  });

  it('keep every bit of a double', async () => {
    const numbers = [0.1 + 0.2, Math.fround(0.1), 5e-324, 1.7976931348623157e308, 123456789.12345679];
    const rows = await read(`${numbers.join('\n')}\n`, 1, (list) => `${list}[1] AS value`);
    expect(rows.map(({ value }) => value)).toEqual(numbers);
  });
});
