import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../../domain/common-errors.ts';
import { decodeRequest, MAX_EXPLAINED_ROWS, MAX_ROWS } from '../../../domain/inference/decode-request.ts';
import { encodeRequest } from '../../../domain/inference/encode-response.ts';
import { protectedLabel } from '../../../domain/protected.ts';
import type { Signature } from '../../../domain/registry/entities.ts';

const signature: Signature = {
  inputs: [
    { name: 'age', datatype: 'INT64', nullable: false },
    { name: 'spend', datatype: 'FP64', nullable: true },
    { name: 'plan', datatype: 'BYTES', nullable: true },
    { name: 'active', datatype: 'BOOL', nullable: false },
  ],
  outputs: [{ name: 'probability', datatype: 'FP64', nullable: false }],
};
const tensor = (name: string, datatype: string, data: unknown[], shape: number[] = [data.length]) => ({
  name,
  shape,
  datatype,
  data,
});
const age = tensor('age', 'INT64', [30, 41]);
const spend = tensor('spend', 'FP64', [1.5, null]);
const plan = tensor('plan', 'BYTES', ['pro', null]);
const active = tensor('active', 'BOOL', [true, false]);
const rows = [
  [30, 1.5, 'pro', true],
  [41, null, null, false],
];

describe('a request that fits', () => {
  const fitting: [string, unknown][] = [
    ['has flat data', { inputs: [age, spend, plan, active] }],
    ['names its inputs in another order', { inputs: [active, plan, spend, age] }],
    ['has shape [n, 1] with flat data', { inputs: [{ ...age, shape: [2, 1] }, spend, plan, active] }],
    [
      'has shape [n, 1] with nested data',
      { inputs: [tensor('age', 'INT64', [[30], [41]], [2, 1]), spend, plan, active] },
    ],
    ['has smaller integers', { inputs: [{ ...age, datatype: 'UINT8' }, spend, plan, active] }],
    ['has 32-bit floats', { inputs: [age, { ...spend, datatype: 'FP32' }, plan, active] }],
    ['has an empty list of outputs', { inputs: [age, spend, plan, active], outputs: [] }],
  ];
  for (const [what, body] of fitting) {
    it(`is read when it ${what}`, () => {
      expect(decodeRequest(body, signature).rows).toEqual(rows);
    });
  }

  it('hands on id, parameters and the outputs asked for', () => {
    const parameters = { event_time: '2001-04-01T08:00:00+02:00', routing_key: 'user-1', other: 1 };
    const body = { id: 'x', parameters, inputs: [age, spend, plan, active], outputs: [{ name: 'probability' }] };
    expect(decodeRequest(body, signature)).toEqual({
      id: 'x',
      eventTime: new Date('2001-04-01T06:00:00Z'),
      routingKey: 'user-1',
      outputs: ['probability'],
      rows,
    });
  });

  for (const [explain, expected] of [
    [true, true],
    [false, undefined],
    [undefined, undefined],
  ] as const) {
    it(`asks for contributions with explain ${explain}: ${expected ?? 'no'}`, () => {
      const body = { parameters: { explain }, inputs: [age, spend, plan, active] };
      expect(decodeRequest(body, signature).explain).toBe(expected);
    });
  }

  it('has at most 100 rows to explain', () => {
    const asking = (count: number, explain: boolean) => ({
      parameters: { explain },
      inputs: [age, spend, plan, active].map(({ name, datatype, data }) =>
        tensor(name, datatype, new Array(count).fill(data[0])),
      ),
    });
    expect(decodeRequest(asking(MAX_EXPLAINED_ROWS, true), signature).rows).toHaveLength(100);
    expect(decodeRequest(asking(MAX_EXPLAINED_ROWS + 1, false), signature).rows).toHaveLength(101);
    expect(() => decodeRequest(asking(MAX_EXPLAINED_ROWS + 1, true), signature)).toThrow(
      '/parameters/explain: at most 100 rows can be explained at once, got 101',
    );
  });

  it('is read back as the rows it was made from', () => {
    const row = fc.tuple(
      fc.maxSafeInteger(),
      fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0)),
      fc.option(fc.string()),
      fc.boolean(),
    );
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 20 }), (table) => {
        const body: unknown = JSON.parse(JSON.stringify(encodeRequest(signature, table)));
        const sent = table.map((cells) => cells.map((cell) => (cell === 0 ? 0 : cell)));
        expect(decodeRequest(body, signature).rows).toEqual(sent);
      }),
    );
  });
});

describe('a request that does not fit', () => {
  const withAge = (changes: object) => ({ inputs: [{ ...age, ...changes }, spend, plan, active] });
  const full = { inputs: [age, spend, plan, active] };
  const cases: [string, unknown, string][] = [
    ['no object', [], 'body: a JSON object expected, got []'],
    ['no inputs', {}, '/inputs: an array with one tensor per feature expected, got nothing'],
    ['an input that is no object', { inputs: [1] }, '/inputs/0: an object with name'],
    ['a missing input', { inputs: [age, spend, plan] }, '/inputs: active missing'],
    [
      'an extra input',
      { inputs: [...full.inputs, tensor('gender', 'BYTES', ['f', 'm'])] },
      '/inputs/4/name: one of age, spend, plan, active expected, got "gender"',
    ],
    ['an input twice', { inputs: [...full.inputs, age] }, '/inputs/4/name: each input once expected, got "age"'],
    ['a prototype name', { inputs: [...full.inputs, tensor('__proto__', 'BYTES', ['f', 'm'])] }, '/inputs/4/name'],
    [
      'a misspelt input',
      { inputs: [...full.inputs, { ...age, name: 'spned' }] },
      '/inputs/4/name: one of age, spend, plan, active expected, got "spned"; did you mean spend?',
    ],
    ['an incompatible datatype', withAge({ datatype: 'FP64' }), '/inputs/0/datatype: one of INT8, INT16'],
    ['an unknown datatype', withAge({ datatype: 'int64' }), 'got "int64"'],
    [
      'a null where none is allowed',
      withAge({ data: [30, null] }),
      '/inputs/0/data/1: a whole number within ±(2^53 − 1) expected, got null',
    ],
    ['a fraction for an integer', withAge({ data: [30, 1.5] }), '/inputs/0/data/1'],
    ['an integer beyond 2^53', withAge({ data: [30, 2 ** 53] }), '/inputs/0/data/1'],
    [
      'a negative unsigned integer',
      withAge({ datatype: 'UINT64', data: [30, -1] }),
      'a whole number from 0 to 2^53 − 1 expected, got -1',
    ],
    [
      '128 as INT8',
      withAge({ datatype: 'INT8', data: [127, 128] }),
      '/inputs/0/data/1: a whole number from -128 to 127 expected, got 128',
    ],
    ['a string for a number', withAge({ data: [30, '41'] }), '/inputs/0/data/1'],
    [
      'a number for a string',
      { inputs: [age, spend, tensor('plan', 'BYTES', ['pro', 1]), active] },
      '/inputs/2/data/1: a string, or null expected, got 1',
    ],
    ['a number for a boolean', { inputs: [age, spend, plan, tensor('active', 'BOOL', [true, 0])] }, '/inputs/3/data/1'],
    ['too few values', withAge({ data: [30] }), '/inputs/0/data: an array of 2 values expected, got [30]'],
    ['data that is no array', withAge({ data: 30 }), '/inputs/0/data'],
    ['nested data with shape [n]', withAge({ data: [[30], [41]] }), '/inputs/0/data/0'],
    ['mixed nesting', withAge({ shape: [2, 1], data: [[30], 41] }), '/inputs/0/data/1: an array of one value'],
    ['two values in a nested cell', withAge({ shape: [2, 1], data: [[30, 1], [41]] }), '/inputs/0/data/0'],
    [
      'other rows than the input before',
      { inputs: [age, tensor('spend', 'FP64', [1]), plan, active] },
      '/inputs/1/shape: 2 rows as in the inputs before',
    ],
    ['shape [n, 2]', withAge({ shape: [1, 2] }), '/inputs/0/shape'],
    ['shape []', withAge({ shape: [] }), '/inputs/0/shape'],
    ['no rows', withAge({ shape: [0], data: [] }), '/inputs/0/shape'],
    ['shape [-1]', withAge({ shape: [-1] }), '/inputs/0/shape'],
    ['no shape', withAge({ shape: undefined }), 'got nothing'],
    [
      'an unknown output',
      { ...full, outputs: [{ name: 'shap' }] },
      '/outputs/0/name: one of probability expected, got "shap"',
    ],
    ['outputs that are no array', { ...full, outputs: 'probability' }, '/outputs: an array'],
    ['an id that is no string', { ...full, id: 7 }, '/id: a string'],
    ['parameters that are no object', { ...full, parameters: [] }, '/parameters: an object'],
    [
      'an event time without a zone',
      { ...full, parameters: { event_time: '2001-04-01T08:00:00' } },
      '/parameters/event_time',
    ],
    [
      'an event time before 1970',
      { ...full, parameters: { event_time: '1969-12-31T23:59:59Z' } },
      '/parameters/event_time',
    ],
    [
      'an impossible event time',
      { ...full, parameters: { event_time: '2001-13-01T00:00:00Z' } },
      '/parameters/event_time',
    ],
    [
      'a misspelt event time',
      { ...full, parameters: { eventtime: '2001-04-01T08:00:00Z' } },
      '/parameters/eventtime: event_time, routing_key, explain or another parameter expected; did you mean event_time?',
    ],
    ['a misspelt routing key', { ...full, parameters: { 'routing-keys': 'x' } }, 'did you mean routing_key?'],
    ['an explain that is no boolean', { ...full, parameters: { explain: 1 } }, '/parameters/explain: true or false'],
    ['a routing key that is no string', { ...full, parameters: { routing_key: 1 } }, '/parameters/routing_key'],
  ];
  for (const [what, body, problem] of cases) {
    it(`is refused with a pointer: ${what}`, () => {
      expect(() => decodeRequest(body, signature)).toThrow(InvalidInputError);
      expect(() => decodeRequest(body, signature)).toThrow(problem);
    });
  }

  for (const [name, taken] of [
    ['event_tim', false],
    ['event_ti', false],
    ['event_t', true],
    ['EVENT_TIME', false],
    ['eventTime', false],
    ['routingKey', false],
    ['routing_key_id', true],
    ['binary_data_output', true],
    ['__proto__', true],
  ] as const) {
    it(`${taken ? 'takes' : 'refuses'} an unknown parameter called ${name}`, () => {
      const act = () => decodeRequest({ ...full, parameters: JSON.parse(`{"${name}": "x"}`) }, signature);
      if (taken) expect(act().rows).toEqual(rows);
      else expect(act).toThrow(`/parameters/${name}: `);
    });
  }

  const until = new Date('2026-03-03T00:00:00.000Z');
  it('takes an event time up to the last one possible, and none after it', () => {
    const at = (time: string) =>
      decodeRequest({ ...full, parameters: { event_time: time } }, signature, undefined, until);
    expect(at('2026-03-03T00:00:00.000Z').eventTime).toEqual(until);
    expect(() => at('2026-03-03T00:00:00.001Z')).toThrow(
      '/parameters/event_time: an ISO 8601 time with a zone from 1970 to 2026-03-03T00:00:00.000Z expected, got "2026-03-03T00:00:00.001Z"',
    );
  });

  for (const n of [MAX_ROWS, MAX_ROWS + 1]) {
    const one: Signature = { ...signature, inputs: signature.inputs.slice(0, 1) };
    const act = () => decodeRequest({ inputs: [tensor('age', 'INT64', new Array(n).fill(1))] }, one);
    it(`${n <= MAX_ROWS ? 'takes' : 'refuses'} ${n} rows`, () => {
      if (n <= MAX_ROWS) expect(act().rows).toHaveLength(n);
      else expect(act).toThrow('/inputs/0/shape');
    });
  }

  it('is answered with the first ten problems only', () => {
    const data = new Array(1_000).fill('x');
    try {
      decodeRequest({ inputs: [tensor('age', 'INT64', data), spend, plan, active] }, signature);
      expect.unreachable();
    } catch (error) {
      expect((error as InvalidInputError).problems).toHaveLength(10);
    }
  });
});

describe('context beside the features', () => {
  const features = [age, spend, plan, active];
  const policy = {
    context: [
      { name: 'gender', protected: true },
      { name: 'site', protected: false },
    ],
    redact: ['gender'],
  };
  const gender = tensor('gender', 'BYTES', ['f', 'm']);
  const decode = (...context: unknown[]) => decodeRequest({ inputs: [...features, ...context] }, signature, policy);
  const f = protectedLabel('gender', 'f');
  const m = protectedLabel('gender', 'm');

  for (const [what, context, expected] of [
    ['is optional', [], undefined],
    ['has labels for values of a protected column', [gender], { columns: ['gender'], rows: [[f], [m]] }],
    ['is in clear otherwise', [tensor('site', 'BYTES', ['a', 'b'])], { columns: ['site'], rows: [['a'], ['b']] }],
    [
      'is in the order of the policy',
      [tensor('site', 'INT64', [1, 2]), gender],
      {
        columns: ['gender', 'site'],
        rows: [
          [f, 1],
          [m, 2],
        ],
      },
    ],
    ['may lack values', [tensor('gender', 'BYTES', ['f', null])], { columns: ['gender'], rows: [[f], [null]] }],
    [
      'may hold numbers',
      [tensor('gender', 'FP64', [1.5, 2], [2, 1])],
      { columns: ['gender'], rows: [[protectedLabel('gender', '1.5')], [protectedLabel('gender', '2')]] },
    ],
    [
      'may hold booleans',
      [tensor('gender', 'BOOL', [[true], [false]], [2, 1])],
      { columns: ['gender'], rows: [[protectedLabel('gender', 'true')], [protectedLabel('gender', 'false')]] },
    ],
  ] as const) {
    it(`${what}, and never among the features`, () => {
      const request = decode(...context);
      expect(request.rows).toEqual(rows);
      expect(request.context).toEqual(expected);
    });
  }

  it('may come before the features', () => {
    const request = decodeRequest({ inputs: [gender, ...features] }, signature, policy);
    expect(request).toMatchObject({ rows, context: { rows: [[f], [m]] } });
  });

  for (const [what, context, problem] of [
    [
      'an unknown name',
      tensor('race', 'BYTES', ['x', 'y']),
      '/inputs/4/name: one of age, spend, plan, active, gender, site',
    ],
    [
      'another datatype',
      tensor('site', 'INT32', [1, 2]),
      '/inputs/4/datatype: one of BYTES, INT64, BOOL, FP64 expected',
    ],
    ['other rows than the features', tensor('site', 'BYTES', ['a']), '/inputs/4/shape: 2 rows as in the inputs before'],
    ['a bad value', tensor('site', 'BYTES', ['a', 7]), '/inputs/4/data/1: a string, or null expected, got 7'],
  ] as const) {
    it(`is refused for ${what}`, () => {
      expect(() => decode(context)).toThrow(problem);
    });
  }

  it('is refused twice', () => {
    expect(() => decode(gender, gender)).toThrow('/inputs/5/name: each input once expected, got "gender"');
  });

  describe('of a protected column', () => {
    const CANARY = 'canary-7f3a';
    for (const [what, body, problem] of [
      ['a bad value', { inputs: [...features, tensor('gender', 'INT64', [1, CANARY])] }, '/inputs/4/data/1'],
      [
        'a bad nested value',
        { inputs: [...features, tensor('gender', 'BYTES', [[CANARY], CANARY], [2, 1])] },
        'of gender',
      ],
      [
        'too few values',
        { inputs: [...features, tensor('gender', 'BYTES', [CANARY], [2])] },
        '2 values expected of gender',
      ],
      ['values for data', { inputs: [...features, { ...gender, data: CANARY }] }, '/inputs/4/data'],
      ['values for a shape', { inputs: [...features, { ...gender, shape: [CANARY] }] }, '/inputs/4/shape'],
      ['values for a datatype', { inputs: [...features, { ...gender, datatype: CANARY }] }, '/inputs/4/datatype'],
      ['no name', { inputs: [...features, { name: { gender: CANARY } }] }, '/inputs/4/name'],
      ['a value for an input', { inputs: [...features, [CANARY]] }, '/inputs/4: an object'],
      ['no list of inputs', { inputs: { name: 'gender', data: [CANARY] } }, '/inputs: an array'],
      ['no object', [CANARY], 'body: a JSON object expected'],
    ] as const) {
      it(`is named by place alone: ${what}`, () => {
        for (const by of [policy, { context: [], redact: ['gender'] }, 'unknown' as const])
          try {
            decodeRequest(body, signature, by);
          } catch (error) {
            expect((error as Error).message).not.toContain(CANARY);
          }
        expect(() => decodeRequest(body, signature, policy)).toThrow(problem);
      });
    }
  });

  it('is labelled of a version that still takes a protected column for a feature', () => {
    const older: Signature = { ...signature, inputs: [{ name: 'gender', datatype: 'BYTES', nullable: false }] };
    expect(decodeRequest({ inputs: [gender] }, older, policy)).toEqual({
      rows: [['f'], ['m']],
      context: { columns: ['gender'], rows: [[f], [m]] },
    });
  });

  it('is not told twice of a version that takes it for a feature', () => {
    const newer: Signature = { ...signature, inputs: [{ name: 'site', datatype: 'BYTES', nullable: false }] };
    const request = decodeRequest({ inputs: [tensor('site', 'BYTES', ['a', 'b'])] }, newer, policy);
    expect(request).toEqual({ rows: [['a'], ['b']] });
  });

  it('is passed over unread while nobody can say which columns there are', () => {
    const request = decodeRequest({ inputs: [...features, { name: 'gender', data: 7 }] }, signature, 'unknown');
    expect(request).toEqual({ rows });
    expect(() => decodeRequest({ inputs: [...features, { data: 7 }] }, signature, 'unknown')).toThrow('/inputs/4/name');
  });
});
