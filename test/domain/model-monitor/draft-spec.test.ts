import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { Constraints } from '../../../domain/model-monitor/constraints.ts';
import { type DraftOptions, draftSpec } from '../../../domain/model-monitor/draft-spec.ts';
import { Statistics } from '../../../domain/model-monitor/statistics.ts';
import type { Column } from '../../../domain/spec/columns.ts';
import { specYaml } from '../../../domain/spec/spec-yaml.ts';
import { constraints, statistics } from './files.ts';

const common = { num_present: 100, num_missing: 0 };
const text = (name: string, values: Record<string, number>) => ({
  name,
  inferred_type: 'String',
  string_statistics: {
    common,
    distinct_count: Object.keys(values).length,
    distribution: { categorical: { buckets: Object.entries(values).map(([value, count]) => ({ value, count })) } },
  },
});
const number = (name: string, min = 0, max = 50, counts = Array.from({ length: 10 }, () => 10)) => ({
  name,
  inferred_type: 'Integral',
  numerical_statistics: {
    common,
    min,
    max,
    distribution: {
      kll: {
        buckets: counts.map((count, i) => ({
          lower_bound: min + ((max - min) * i) / 10,
          upper_bound: min + ((max - min) * (i + 1)) / 10,
          count,
        })),
      },
    },
  },
});
const statisticsOf = (...features: object[]) => Statistics.parse({ dataset: { item_count: 100 }, features });
function draft(features: object[], asked: object[] = [], config: object = {}, options: Partial<DraftOptions> = {}) {
  const constraints = Constraints.parse({ features: asked, monitoring_config: config });
  return draftSpec(statisticsOf(...features), constraints, { name: 'm', ...options });
}
const columnsOf = ({ document }: ReturnType<typeof draft>) =>
  new Map((document.data as { columns: Column[] }).columns.map((column) => [column.name, column]));

describe('the spec of a baseline', () => {
  it('is valid, and its contract is what the constraints ask', () => {
    const drafted = draftSpec(statistics(), constraints(), { name: 'churn' });
    expect(drafted.problems).toEqual([]);
    expect(drafted.document).toMatchObject({ task: 'binary', data: { target: 'Churn' } });
    expect(columnsOf(drafted).get('day_mins')).toEqual({
      name: 'day_mins',
      type: 'number',
      nullable: true,
      maxNullShare: expect.closeTo(0.0335, 4),
      min: 0,
    });
    expect(columnsOf(drafted).get('state')).toEqual({ name: 'state', type: 'category', values: ['OH', 'NJ', 'KS'] });
    expect(columnsOf(drafted).get('balance')).toEqual({ name: 'balance', type: 'number' });
    expect(drafted.fates.map(({ becomes }) => becomes).slice(2, 4)).toEqual([
      'number; may be missing in 3.35 % of rows; min 0',
      'category; never missing; 3 values',
    ]);
  });

  it('marks a target that the statistics do not hold', () => {
    for (const target of ['outcome_later', undefined]) {
      const drafted = draft([number('age')], [], {}, target === undefined ? {} : { target });
      expect(drafted.problems).toEqual([]);
      const yaml = specYaml(drafted, 'schema.json');
      expect(parse(yaml).data.target).toBe(target ?? 'target');
      expect(yaml).toMatch(/# FILL IN: .* is not in the statistics; its column is a guess\n {2}target: /);
      expect(yaml).toMatch(/# FILL IN, with classes.*\ntask: binary/);
    }
  });

  it.each([
    ['0 and 1', number('y', 0, 1, [60, 0, 0, 0, 0, 0, 0, 0, 0, 40]), 'binary', undefined],
    ['1 and 2', number('y', 1, 2, [60, 0, 0, 0, 0, 0, 0, 0, 0, 40]), 'regression', undefined],
    ['many numbers', number('y', 0, 500), 'regression', undefined],
    ['two words', text('y', { no: 60, yes: 40 }), 'binary', ['no', 'yes']],
    ['three words', text('y', { a: 60, b: 30, c: 10 }), 'multiclass', ['a', 'b', 'c']],
  ])('guesses the task by a target of %s', (_what, target, task, classes) => {
    const drafted = draft([target, number('age')]);
    expect(drafted.problems).toEqual([]);
    expect(drafted.document.task).toBe(task);
    expect(drafted.document.classes).toEqual(classes);
    expect(drafted.notes.get('task')).toContain('check it');
  });

  it('lets other values through as far as the domains need not match', () => {
    const asked = [{ name: 's', inferred_type: 'String', string_constraints: { domains: ['a', 'b', 'a'] } }];
    const features = [text('s', { a: 60, b: 40 }), number('y', 0, 1)];
    const columns = columnsOf(draft(features, asked, { domain_content_threshold: 0.1 }));
    expect(columns.get('s')).toEqual({ name: 's', type: 'category', values: ['a', 'b'], maxUnseenShare: 0.1 });
    const strict = columnsOf(draft(features, asked, { domain_content_threshold: 1 }));
    expect(strict.get('s')).not.toHaveProperty('maxUnseenShare');
  });

  it('takes nothing over of a feature whose constraints are Disabled', () => {
    const asked = [
      {
        name: 'age',
        inferred_type: 'Integral',
        completeness: 1,
        num_constraints: { is_non_negative: true },
        monitoring_config_overrides: { evaluate_constraints: 'Disabled' },
      },
    ];
    const drafted = draft([number('age'), number('y', 0, 1)], asked);
    expect(columnsOf(drafted).get('age')).toEqual({ name: 'age', type: 'integer' });
    expect(drafted.fates[0]?.becomes).toBe('integer; its constraints are Disabled');
  });

  it('knows columns that only the constraints have', () => {
    const drafted = draft([number('y', 0, 1)], [{ name: 'late', inferred_type: 'Fractional', completeness: 0 }]);
    expect(columnsOf(drafted).get('late')).toEqual({ name: 'late', type: 'number', nullable: true });
    expect(drafted.fates.map(({ becomes }) => /drift not judged/.test(becomes))).toEqual([false, true]);
  });

  it('has no header if the baseline had none', () => {
    const { document } = draft([number('_c0', 0, 1), number('_c1')], [], {}, { target: '_c0' });
    expect(document.data).toMatchObject({ header: false, target: '_c0' });
  });

  it('says what is wrong with a name that no spec can have, and leaves the rest as it is', () => {
    const drafted = draft([number('a\u0007'), number('age'), number('y', 0, 1)]);
    expect(drafted.problems.map(({ path }) => path)).toEqual(['data.columns[0].name']);
    expect(draft([number('__line'), number('age'), number('y', 0, 1)]).fates[0]?.becomes).toContain('left out');
  });

  it('asks for another target if one cannot be it', () => {
    expect(() => draft([number('age', 0, 500), number('b')], [], {}, { target: 'age', task: 'binary' })).toThrow(
      RangeError,
    );
  });
});
