import { names } from './a-faced-model.ts';
import { CANARY, type Form, GOOD, json, Raw, type Sent } from './bad-bodies.ts';

export interface Expected {
  readonly status: number;
  /** Each stands in the message: the place, the value seen, what is allowed. */
  readonly says?: readonly string[];
  /** Predictions are those of these rows. */
  readonly like?: readonly (readonly unknown[])[];
}

export interface Case {
  readonly what: string;
  /** Undefined where the form cannot say such a thing. */
  readonly make: (
    form: Form,
  ) => { readonly sent: Sent & { readonly base64?: boolean }; readonly expected: Expected } | undefined;
}

const NUMBER = 'a number';
const INTEGER = 'a whole number within ±(2^53 − 1)';
const BEYOND = 'which a double holds only nearly';
const deep = (levels: number) => new Raw(`${'['.repeat(levels)}1${']'.repeat(levels)}`);
const [first, second] = GOOD as [readonly unknown[], readonly unknown[]];
const spoilt = (column: string, cell: unknown) => [first, second.map((old, j) => (names[j] === column ? cell : old))];

interface BadCell {
  readonly column: string;
  readonly token: string;
  readonly allowed: string;
  /** As the message shows it; the token itself otherwise. */
  readonly seen?: string;
  /** In a file the same characters are a good value, or mean nothing. */
  readonly jsonOnly?: true;
}

const CELLS: readonly BadCell[] = [
  { column: 'age', token: '"two"', allowed: INTEGER },
  { column: 'age', token: '"30"', allowed: INTEGER, jsonOnly: true },
  { column: 'age', token: '1.5', allowed: INTEGER },
  { column: 'age', token: 'true', allowed: INTEGER },
  { column: 'age', token: '9007199254740993', allowed: INTEGER, seen: BEYOND },
  { column: 'age', token: '-9007199254740993', allowed: INTEGER, seen: BEYOND },
  { column: 'age', token: '18446744073709551616', allowed: INTEGER, seen: BEYOND },
  { column: 'spend', token: '1e400', allowed: NUMBER, seen: 'a number too large for a double' },
  { column: 'spend', token: '-1e400', allowed: NUMBER, seen: 'a number too large for a double' },
  { column: 'spend', token: '{"a":[1,{"b":2}]}', allowed: NUMBER, jsonOnly: true },
  { column: 'spend', token: '[1]', allowed: NUMBER, jsonOnly: true },
  { column: 'spend', token: `"NaN"`, allowed: NUMBER },
  { column: 'spend', token: `"Infinity"`, allowed: NUMBER },
  { column: 'spend', token: `"-Infinity"`, allowed: NUMBER },
  { column: 'plan', token: '7', allowed: 'a string expected', jsonOnly: true },
  { column: 'plan', token: 'null', allowed: 'a string expected', jsonOnly: true },
  { column: 'active', token: '1', allowed: 'true or false' },
  { column: 'active', token: '"yes"', allowed: 'true or false' },
];

const cellCases = CELLS.map(
  ({ column, token, allowed, seen = token, jsonOnly }): Case => ({
    what: `${token} for ${column}`,
    make(form) {
      if (form.csv && jsonOnly) return undefined;
      // a file has no types: what is no number there was text
      const shown = form.csv ? JSON.stringify(token.replaceAll('"', '')) : seen;
      const says = [form.cellAt(column), allowed, `got `, shown];
      return { sent: form.encode(spoilt(column, new Raw(token)), names), expected: { status: form.misfit, says } };
    },
  }),
);

const NESTED: readonly Case[] = [10, 10_000, 100_000].map((levels) => ({
  what: `a value nested ${levels} deep`,
  make(form) {
    if (form.csv) return undefined;
    const says = [form.cellAt('spend'), NUMBER, 'got [[[[…'];
    return { sent: form.encode(spoilt('spend', deep(levels)), names), expected: { status: form.misfit, says } };
  },
}));

const NON_FINITE: readonly Case[] = ['NaN', 'Infinity', '-Infinity'].map((token) => ({
  what: `the bare token ${token}`,
  make(form) {
    const sent = form.encode(spoilt('spend', new Raw(token)), names);
    if (form.csv) return { sent, expected: { status: 422, says: [form.cellAt('spend'), NUMBER, `"${token}"`] } };
    return { sent, expected: { status: 400, says: [form.cellAt('spend'), 'NaN and Infinity are not JSON', token] } };
  },
}));

/** What looks odd and is none the worse for it. */
const TAKEN: readonly Case[] = ['platinum', '__proto__', 'constructor', 'toString'].map((category) => ({
  what: `the unknown category ${category}`,
  make: (form) => ({
    sent: form.encode(spoilt('plan', category), names),
    // no category that the model knows: each is to it what any other is
    expected: { status: 200, like: spoilt('plan', 'nobody-knows-this') },
  }),
}));

const EXTRA: readonly Case[] = ['zzz', '__proto__', 'constructor', 'prototype'].map((name) => ({
  what: `an extra feature ${name}`,
  make(form) {
    const sent = form.encode(
      GOOD.map((row) => [...row, '1']),
      [...names, name],
    );
    const says = form.positional
      ? [form.columnsAt, 'an array of 4 values', '5 values']
      : [form.columnsAt, 'age, spend, plan, active'];
    return { sent, expected: { status: form.misfit, says } };
  },
}));

const without = (column: string) => ({
  columns: names.filter((name) => name !== column),
  rows: GOOD.map((row) => row.filter((_, j) => names[j] !== column)),
});

const SHAPES: readonly Case[] = [
  {
    what: 'a missing feature',
    make(form) {
      const { columns, rows } = without('spend');
      const says = form.positional
        ? ['an array of 4 values', '3 values']
        : ['spend missing', 'every feature is needed'];
      return { sent: form.encode(rows, columns), expected: { status: form.misfit, says: [form.columnsAt, ...says] } };
    },
  },
  {
    what: 'a feature twice',
    make(form) {
      // a second key of an object takes the place of the first: see below
      if (form.positional || form.columnsAt === '/instances/0' || form.cellAt('age') === '/inputs/age/1')
        return undefined;
      const sent = form.encode(
        GOOD.map((row) => [...row, row[0]]),
        [...names, 'age'],
      );
      return { sent, expected: { status: form.misfit, says: [`${form.columnsAt}/4`, 'once'] } };
    },
  },
  {
    what: 'no rows',
    make(form) {
      const says = form.cellAt('age').startsWith('/inputs/0')
        ? ['/inputs/0/shape', 'n from 1 to 10000', '[0]']
        : ['from 1 to 10000 rows', 'got 0'];
      return { sent: form.encode([], names), expected: { status: form.misfit, says } };
    },
  },
  {
    what: '10,001 rows',
    make(form) {
      const rows = Array.from({ length: 10_001 }, () => first);
      const says = form.cellAt('age').startsWith('/inputs/0')
        ? ['/inputs/0/shape', '1 to 10000', '[10001]']
        : ['from 1 to 10000 rows', 'got 10001'];
      return { sent: form.encode(rows, names), expected: { status: form.misfit, says } };
    },
  },
  {
    what: 'a row of another length',
    make(form) {
      if (form.path.startsWith('/v1') || form.cellAt('age') === '/inputs/age/1') return undefined;
      if (form.misfit === 400) return undefined;
      const rows = [first, second.slice(0, 3)];
      const at = form.cellAt('age').replace(/\/0$/, '');
      return {
        sent: form.encode(rows, names),
        expected: { status: 422, says: [at, 'an array of 4 values', '3 values'] },
      };
    },
  },
];

const jsonOnly = (
  what: string,
  body: string | ((form: Form) => string),
  says: readonly string[],
  status = 400,
): Case => ({
  what,
  make(form) {
    if (form.csv) return undefined;
    const sent = { ...form.encode(GOOD, names), body: typeof body === 'string' ? body : body(form) };
    return { sent, expected: { status, says } };
  },
});

const BODIES: readonly Case[] = [
  jsonOnly('an empty body', '', ['body: JSON expected', 'got nothing']),
  jsonOnly('blanks', ' \n', ['body: JSON expected', 'got nothing']),
  jsonOnly('no JSON', `${CANARY}`, ['body: JSON expected']),
  jsonOnly('JSON that breaks off', (form) => form.encode(GOOD, names).body.slice(0, -1), ['body: JSON expected']),
  jsonOnly('null', 'null', ['body: a JSON object']),
  jsonOnly('a bare list', json([CANARY]), ['body: a JSON object']),
  jsonOnly('lists 10,000 deep', deep(10_000).text, ['body: a JSON object']),
  jsonOnly('lists that never end', '['.repeat(1_000_000), ['body: JSON expected']),
  jsonOnly('no form at all', `{"${CANARY}":1}`, ['expected']),
  {
    what: 'two body forms at once',
    make(form) {
      if (form.csv) return undefined;
      const sent = form.encode(GOOD, names);
      const other = sent.body.startsWith('{"instances"') ? 'inputs' : 'instances';
      const body = `${sent.body.slice(0, -1)},"${other}":[["${CANARY}"]]}`;
      return { sent: { ...sent, body }, expected: { status: 400, says: [other] } };
    },
  },
  {
    what: 'a key twice: the last one counts',
    make(form) {
      if (form.csv || form.positional) return undefined;
      const sent = form.encode(GOOD, names);
      const body = `{${['inputs', 'instances', 'dataframe_split'].filter((key) => sent.body.startsWith(`{"${key}"`)).map((key) => `"${key}":null`)},${sent.body.slice(1)}`;
      return { sent: { ...sent, body }, expected: { status: 200, like: GOOD } };
    },
  },
  {
    what: '__proto__ beside the rows',
    make(form) {
      if (form.csv) return undefined;
      const sent = form.encode(GOOD, names);
      const body = `{"__proto__":{"parameters":{"explain":7},"params":{"explain":7}},${sent.body.slice(1)}`;
      // the Open Inference Protocol does not say that other fields are wrong
      if (form.misfit === 400) return { sent: { ...sent, body }, expected: { status: 200, like: GOOD } };
      return { sent: { ...sent, body }, expected: { status: 400, says: ['may stand beside'] } };
    },
  },
];

const TRANSPORT: readonly Case[] = [
  ...['text/plain', 'application/xml', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'].map(
    (type): Case => ({
      what: `content type ${type}`,
      make: (form) => ({
        sent: { ...form.encode(GOOD, names), headers: { 'content-type': type } },
        expected: { status: 415, says: [type.split(';')[0] as string, 'application/json'] },
      }),
    }),
  ),
  ...['utf-16', 'latin1', '"iso-8859-1"'].map(
    (charset): Case => ({
      what: `charset ${charset}`,
      make(form) {
        const { body, headers } = form.encode(GOOD, names);
        const type = `${headers?.['content-type']}; charset=${charset}`;
        return {
          sent: { body, headers: { 'content-type': type } },
          expected: { status: 415, says: [charset, 'utf-8'] },
        };
      },
    }),
  ),
  {
    what: '6 MiB and a byte',
    make(form) {
      const sent = form.encode(GOOD, names);
      const body = sent.body + ' '.repeat(6_291_457 - Buffer.byteLength(sent.body));
      return { sent: { ...sent, body }, expected: { status: 413, says: ['6291457 bytes', 'at most 6291456'] } };
    },
  },
  {
    what: 'bytes that are no UTF-8',
    make(form) {
      const { body, headers } = form.encode(GOOD, names);
      const bytes = Buffer.concat([
        Buffer.from(body.slice(0, -2)),
        Buffer.from([0xc3, 0x28]),
        Buffer.from(body.slice(-2)),
      ]);
      const sent = { body: bytes.toString('base64'), base64: true, ...(headers ? { headers } : {}) };
      return { sent, expected: { status: 400, says: ['body: text in UTF-8 expected'] } };
    },
  },
];

/** A half of a character is a text like any other: JSON can say it, and the model does not know it. */
const HALF: Case = {
  what: 'a lone surrogate',
  make(form) {
    if (form.csv) return undefined;
    return {
      sent: form.encode(spoilt('plan', new Raw('"\\ud800"')), names),
      expected: { status: 200, like: spoilt('plan', 'nobody-knows-this') },
    };
  },
};

export const CASES: readonly Case[] = [
  ...cellCases,
  ...NESTED,
  ...NON_FINITE,
  ...TAKEN,
  HALF,
  ...EXTRA,
  ...SHAPES,
  ...BODIES,
  ...TRANSPORT,
];
