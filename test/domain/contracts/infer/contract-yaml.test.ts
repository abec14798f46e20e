import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { contractFragment, mergedSpec } from '../../../../domain/contracts/infer/contract-yaml.ts';
import type { DataFacts } from '../../../../domain/contracts/infer/facts.ts';
import { suggestContract } from '../../../../domain/contracts/infer/suggest-contract.ts';
import { checkSpec } from '../../../../domain/spec/check.ts';
import { compareContracts } from '../../../../domain/spec/compatibility.ts';
import { aModelSpec, aSpecDocument, type Overrides } from '../../../fixtures/builders.ts';
import { aColumn, numbersOf, textsOf } from './facts.ts';

const N = 1_000;
const cycle = <T>(values: readonly T[]): T[] => Array.from({ length: N }, (_, i) => values[i % values.length] as T);
const CHURN: DataFacts = {
  source: 'churn.csv',
  format: 'csv',
  delimiter: ';',
  rows: N,
  files: [N],
  brokenLines: 2,
  duplicateRows: 0,
  keys: [{ columns: ['customer_id', 'seen_at'], unique: true }],
  columns: [
    aColumn({ name: 'customer_id', type: 'string', distinct: 900 }),
    aColumn({ name: 'seen_at', type: 'timestamp', withOffset: N }),
    aColumn({ name: 'age', numbers: numbersOf(cycle([-1, 20, 30])) }),
    aColumn({
      name: 'spend',
      type: 'number',
      nulls: 100,
      numbers: numbersOf(Array.from({ length: 900 }, (_, i) => i / 10)),
    }),
    aColumn({ name: 'plan', type: 'category', ...textsOf(cycle(['free', 'pro'])) }),
    aColumn({ name: 'active', type: 'boolean' }),
    aColumn({ name: 'gender', type: 'category', ...textsOf(cycle(['f', 'm'])) }),
    aColumn({ name: 'churned', numbers: numbersOf(cycle([0, 0, 0, 1])) }),
  ],
};
const merge = (text: string, facts = CHURN, overrides: Overrides = {}) => {
  const spec = aModelSpec(overrides);
  return mergedSpec(text, spec, facts, suggestContract(facts, spec));
};

describe('a fragment', () => {
  it('can be put into a spec and says of each column what was seen', () => {
    const { document, yaml } = contractFragment(CHURN, suggestContract(CHURN));
    expect(parse(yaml)).toEqual(document);
    const data = { ...parse(yaml).data, target: 'churned', columns: parse(yaml).data.columns };
    expect(
      checkSpec(aSpecDocument({ data: { ...data, id: undefined, timestamp: undefined, protected: [] } })),
    ).toHaveProperty('spec');
    expect(yaml).toContain('# none of 1,000 missing: at most 0.39 % are (95 %)\n    - { name: active, type: boolean }');
    expect(yaml).toContain('delimiter: ;\n');
    expect(yaml).toContain('# 2 lines cannot be read and were left out\n');
    expect(data.keys).toEqual([['customer_id', 'seen_at']]);
  });

  it('leaves out columns whose names are reserved', () => {
    const facts = { ...CHURN, columns: [...CHURN.columns, aColumn({ name: '__index_level_0__' })] };
    const { data } = parse(contractFragment(facts, suggestContract(facts)).yaml);
    expect(data.extraColumns).toBe('ignore');
    expect(data.columns).toHaveLength(8);
  });
});

describe('a merged spec', () => {
  it('keeps what is written, adds what is not, and is valid', () => {
    const { document, yaml, added } = merge(stringify(aSpecDocument()));
    expect(parse(yaml)).toEqual(document);
    const checked = checkSpec(document);
    if ('problems' in checked) throw new Error(JSON.stringify(checked.problems));
    const { data } = checked.spec;
    expect(data.columns.map(({ name }) => name)).toEqual(aModelSpec().data.columns.map(({ name }) => name));
    expect(data.columns[2]).toMatchObject({ min: 0, max: 130 });
    expect(data.columns[3]).toMatchObject({ nullable: true, min: 0, maxNullShare: 0.15 });
    expect(data.columns[4]?.values).toEqual(['free', 'basic', 'pro']);
    expect(data.keys).toEqual([['customer_id', 'seen_at']]);
    expect(data.checks.map(({ type }) => type)).toEqual(['row-count', 'duplicate-rows', 'label-balance']);
    expect(added.columns.find(({ name }) => name === 'age')?.fields).toEqual({});
    expect(yaml).toContain('# min is 0, but -1 was seen: rows below are set aside\n');
  });

  it('never loosens what was asked for', () => {
    const { document } = merge(stringify(aSpecDocument()));
    const checked = checkSpec(document);
    if ('problems' in checked) throw new Error('unreachable');
    const kinds = compareContracts(aModelSpec(), checked.spec).changes.map(({ kind }) => kind);
    expect(kinds.length).toBeGreaterThan(0);
    expect(kinds.filter((kind) => kind === 'widening' || kind === 'breaking')).toEqual([]);
  });

  it('lets cells be missing that are, unless the author forbids it in so many words', () => {
    const facts = {
      ...CHURN,
      columns: CHURN.columns.map((column) => (column.name === 'plan' ? { ...column, nulls: 50 } : column)),
    };
    const columns = (change: object) =>
      aModelSpec().data.columns.map(({ name, type }) => ({ name, type, ...(name === 'plan' && change) }));
    const plan = (change: object) => {
      const { document } = merge(stringify(aSpecDocument({ data: { columns: columns(change) } })), facts, {
        data: { columns: columns(change) },
      });
      return (document as { data: { columns: { nullable?: boolean; maxNullShare?: number }[] } }).data.columns[4];
    };
    expect(plan({})).toMatchObject({ nullable: true, maxNullShare: 0.09 });
    expect(plan({ nullable: false })).toMatchObject({ nullable: false });
  });

  it('keeps comments and says nothing twice', () => {
    const text = stringify(aSpecDocument()).replace('    - name: plan', '    # what people pay for\n    - name: plan');
    const { yaml } = merge(text);
    expect(yaml).toContain('    # what people pay for\n    # none of 1,000 missing');
    const again = merge(yaml, CHURN, { data: (parse(yaml) as { data: Overrides }).data });
    expect(parse(again.yaml)).toEqual(parse(yaml));
    expect([again.added.keys, again.added.checks]).toEqual([[], []]);
  });

  it('is valid whatever was seen', () => {
    const numbers = fc.array(fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer()), {
      minLength: 1,
      maxLength: 400,
    });
    const texts = fc.array(fc.oneof(fc.string(), fc.stringMatching(/^[A-Z]-[0-9]{1,3}$/)), {
      minLength: 1,
      maxLength: 300,
    });
    fc.assert(
      fc.property(numbers, texts, fc.nat(200), fc.boolean(), (seen, words, nulls, single) => {
        const rows = Math.max(seen.length, words.length) + nulls;
        const whole = seen.map(Math.trunc);
        const counted = (values: readonly number[]) => ({
          numbers: numbersOf(values),
          distinct: single ? rows - nulls : 1,
        });
        const columns = CHURN.columns.map((column) => {
          const known = { ...column, rows, nulls };
          if (column.type === 'integer') return { ...known, ...counted(whole) };
          if (column.type === 'number') return { ...known, nans: nulls, ...counted(seen) };
          return column.type === 'category'
            ? { ...known, ...textsOf(words), lengths: numbersOf(words.map((word) => word.length)) }
            : known;
        });
        const { document, yaml } = merge(stringify(aSpecDocument()), { ...CHURN, rows, files: [rows], columns });
        expect(checkSpec(document)).toHaveProperty('spec');
        expect(parse(yaml)).toEqual(JSON.parse(JSON.stringify(document)));
      }),
    );
  });

  it('shows nothing of protected columns', () => {
    const { yaml } = merge(JSON.stringify(aSpecDocument()));
    expect(yaml).toContain('# protected: its values are not written down here\n    - { name: gender, type: category }');
    expect(checkSpec(parse(yaml))).toHaveProperty('spec');
  });
});
