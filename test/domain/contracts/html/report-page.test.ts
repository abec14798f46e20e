import { describe, expect, it } from 'vitest';
import { renderReport } from '../../../../domain/contracts/html/report-page.ts';
import type { ValidationReport } from '../../../../domain/datasets/report.ts';
import { CATEGORY_LIMIT, type ColumnProfile } from '../../../../domain/profiles/profile.ts';
import { aModelSpec } from '../../../fixtures/builders.ts';
import { aCheck, aColumn, aProfile, aReport, aRule, binned } from './a-report.ts';

const MAX_BYTES = 1_000_000;
const HOSTILE = [
  `<script>alert('x')</script>`,
  `"><img src=x onerror=alert(1)>`,
  `]]></style></svg></title>`,
  'a\u202etxt.exe\u2066',
  'nul\0bell\u0007',
  '='.repeat(10_000),
  '__proto__',
];

/** Text as a reader sees it. */
const textOf = (page: string): string =>
  page
    .replace(/<style>[\s\S]*?<\/style>/, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');
const section = (page: string, id: string): string =>
  new RegExp(`<section id="${id}">[\\s\\S]*?</section>`).exec(page)?.[0] ?? '';
const previous = (...columns: ColumnProfile[]) => ({
  dataset: 12,
  at: '2026-11-16T10:00:00.000Z',
  profile: aProfile(...columns),
});

describe('the page', () => {
  const page = renderReport(aReport(), aProfile(binned([0, 10, 20, 30, 0])));

  it('asks for nothing from outside and runs nothing', () => {
    expect(page).toMatch(
      /^<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">/,
    );
    expect(page).not.toMatch(
      /<(script|link|img|iframe|object|embed|form|base)\b|\bsrc=|https?:|url\(|@import|\son\w+=/i,
    );
    for (const [, target] of page.matchAll(/\bhref="([^"]*)"/g)) expect(target).toMatch(/^#\w+$/);
  });

  it('is the same for the same input', () => {
    expect(renderReport(aReport(), aProfile(binned([0, 10, 20, 30, 0])))).toBe(page);
  });

  it('closes what it opens', () => {
    const open: string[] = [];
    const body = page.replace(/<!doctype html>|<meta[^>]*>/g, '');
    for (const [, end, name = '', closed] of body.matchAll(/<(\/?)([a-z][a-z0-9]*)(?:\s[^>]*?)?(\/?)>/g)) {
      if (closed) continue;
      if (end) expect(open.pop()).toBe(name);
      else open.push(name);
    }
    expect(open).toEqual([]);
  });

  it('draws each SVG in its own words', () => {
    const charts = [...page.matchAll(/<svg[^>]*role="img"[^>]*>(<title>[^<]+<\/title>)?/g)];
    expect(charts.length).toBeGreaterThan(1);
    expect(charts.every(([, title]) => title)).toBe(true);
  });
});

describe('the verdict', () => {
  const rows = { total: 1_000, accepted: 963, quarantined: 37 };
  const refusal = (code: string) => [{ code, message: 'so it is' }];
  for (const [what, changes, sentence, next] of [
    ['acceptance', {}, 'Accepted: no row is set aside.', 'Nothing. The data can be trained on.'],
    ['warnings', { warnings: refusal('drift') }, 'Accepted, with 1 warning.', 'Read 1 warning below'],
    [
      'quarantine',
      { verdict: 'accepted-with-quarantine', rows },
      'Accepted, but 37 rows are set aside.',
      'Look at 37 rows in the quarantine file',
    ],
    [
      'a single row set aside',
      { verdict: 'accepted-with-quarantine', rows: { total: 2, accepted: 1, quarantined: 1 } },
      'Accepted, but 1 row is set aside.',
      'Look at 1 row in',
    ],
    [
      'rejection',
      { verdict: 'rejected', rows, reasons: refusal('too-many-bad-rows') },
      'Rejected: nothing of this file will be trained on.',
      'Look at the rules with the most broken rows',
    ],
    [
      'a file of another kind',
      { verdict: 'rejected', rows: { total: 0, accepted: 0, quarantined: 0 }, reasons: refusal('truncated') },
      'Unusable: the file cannot be read as what the spec says.',
      'Upload it again, completely.',
    ],
    [
      'a failed check',
      { verdict: 'rejected', rows, reasons: refusal('unheard-of'), checks: [aCheck({ status: 'failed' })] },
      'Rejected',
      'Look at 1 failed check',
    ],
    [
      'a reason nobody foresaw',
      { verdict: 'rejected', rows, reasons: refusal('constructor') },
      'Rejected',
      'Read why below',
    ],
    [
      'a check that could not be made',
      { checks: [aCheck({ status: 'insufficient-history' })] },
      'Accepted: no row is set aside.',
      '1 check could not be made',
    ],
  ] as [string, Partial<ValidationReport>, string, string][]) {
    it(`says ${what} in a sentence, and what to do next`, () => {
      const text = textOf(renderReport(aReport(changes)));
      expect(text).toContain(sentence);
      expect(text.slice(text.indexOf('What to do next'))).toContain(next);
    });
  }

  it('sends nobody to the registry for what it does not know, nor for what cannot be read', () => {
    const aside = { verdict: 'accepted-with-quarantine', rows } as const;
    const { specVersion: _, ...local } = aReport(aside);
    expect(renderReport(aReport(aside))).toContain('millrace data release');
    expect(renderReport(local)).not.toContain('millrace data release');
    expect(renderReport(local)).toContain('change the spec.');
    const unusable = renderReport(aReport({ verdict: 'rejected', reasons: refusal('damaged') }));
    expect(unusable).not.toContain('millrace data release');
  });

  it('shows the counts and shares of rows', () => {
    const text = textOf(renderReport(aReport({ verdict: 'accepted-with-quarantine', rows })));
    expect(text).toContain('rows read 1,000 accepted 963 96.3 % set aside 37 3.7 %');
  });
});

describe('rules and checks', () => {
  it('come broken first, with rows, share, tolerance and examples; what was kept is folded away', () => {
    const page = renderReport(
      aReport({
        rules: [
          aRule({ id: 'kept', rows: 0, status: 'kept', examples: [] }),
          aRule({ id: 'tolerated', rows: 9, status: 'tolerated', mostly: 0.95, maxRows: 20 }),
          aRule({ id: 'noticed', severity: 'warn', rows: 2, when: `plan = 'pro'`, about: 40 }),
          aRule({ id: 'broken', rows: 3 }),
        ],
      }),
    );
    const rules = section(page, 'rules');
    const text = textOf(rules);
    const at = ['broken', 'noticed', 'tolerated', 'kept'].map((id) => rules.indexOf(`<bdi>${id}</bdi>`));
    expect(at).toEqual([...at].sort((a, b) => a - b));
    expect(rules.indexOf('<details>')).toBeLessThan(at[3] as number);
    expect(rules.indexOf('<details>')).toBeGreaterThan(at[2] as number);
    expect(text).toMatch(/broken age must be from 0 to 130 3 0\.3 % none -1 131/);
    expect(text).toMatch(/tolerated age .* 9 0\.9 % 95 % keep it, at most 20 rows/);
    expect(text).toMatch(/broken \(warning\) noticed .* when plan = &#39;pro&#39; : 40 rows 2 5 %/);
  });

  it('say with a shape and a word what became of a check, and never pass or fail one that could not be made', () => {
    const statuses = {
      passed: ['ok', 'passed'],
      failed: ['bad', 'failed'],
      'insufficient-history': ['wait', 'too little history'],
      'insufficient-data': ['wait', 'too little data'],
      unavailable: ['none', 'unavailable'],
    } as const;
    for (const [status, [shape, word]] of Object.entries(statuses)) {
      const checks = section(renderReport(aReport({ checks: [aCheck({ status } as never)] })), 'checks');
      expect(checks).toContain(`<use href="#${shape}"/></svg>${word}</span>`);
    }
    const warned = section(
      renderReport(aReport({ checks: [aCheck({ status: 'failed', severity: 'warn', value: 0.3, max: 0.25 })] })),
      'checks',
    );
    expect(textOf(warned)).toMatch(/failed \(warning\) volume 1,000 rows 0\.3 at most 0\.25/);
  });
});

describe('how the file was read', () => {
  it('names format, dialect and columns that were not as in the spec', () => {
    const source = { ...(aReport().source as NonNullable<ValidationReport['source']>) };
    const changes = {
      reordered: true,
      extraColumns: ['tail'],
      missingColumns: ['spend'],
      compression: 'gzip' as const,
    };
    const text = textOf(section(renderReport(aReport({ source: { ...source, ...changes } })), 'source'));
    expect(text).toContain('separated by semicolons, double quotes, names in the first line');
    expect(text).toMatch(/Compression gzip .* in another order than the spec.* tail .* spend/);
  });
});

describe('a column', () => {
  it('stands beside the version before, with the distance between the two', () => {
    const before = binned([100, 300, 300, 200, 100]);
    const now = binned([0, 50, 50, 400, 500], { nulls: 250 });
    const columns = section(renderReport(aReport(), aProfile(now), previous(before)), 'columns');
    const text = textOf(columns);
    expect(columns).toContain('class="before"');
    expect(text).toContain('version 12, accepted 2026-11-16');
    expect(text).toMatch(/Missing 20 %, was 0 %/);
    expect(text).toMatch(/Far from version 12: PSI \d\.\d+\. Missing cells rose by 20 points\./);
    expect(text).toContain('above 30: 50 %, before 10 %');
    expect(text).toContain('&gt; 30: 50 %');
    const same = textOf(section(renderReport(aReport(), aProfile(before), previous(before)), 'columns'));
    expect(same).toContain('Close to version 12: PSI &lt; 0.001.');
  });

  it('has no distance from bins or values that are others, nor from too few rows', () => {
    const now = binned([1, 300, 300, 200, 100]);
    const other = { ...now, bins: { edges: [0, 10, 20, 31], counts: [1, 300, 300, 200, 100] } };
    const few = binned([0, 1, 2, 1, 0]);
    const text = (before: ColumnProfile, column = now) =>
      textOf(section(renderReport(aReport(), aProfile(column), previous(before)), 'columns'));
    expect(text(other)).toContain('Not counted over the bins of version 12');
    expect(text(few, few)).toContain('Too few rows for a distance');
    expect(text(aColumn({ type: 'category', categories: { values: [['secret', 900]], other: 0 } }))).not.toMatch(
      /PSI|secret/,
    );
  });

  it('shows its most frequent values now and before, and all others', () => {
    const values = Array.from({ length: 20 }, (_, i): [string, number] => [`v${i}`, 40]);
    const column = aColumn({ type: 'category', categories: { values, other: 200 } });
    const gone = aColumn({ type: 'category', categories: { values: [['gone', 900]], other: 100 } });
    const text = textOf(section(renderReport(aReport(), aProfile(column), previous(gone)), 'columns'));
    expect(text).toMatch(/Value Share Before gone 0 % 90 % v0 4 % –/);
    expect(text).toMatch(/all others 72 % 10 %/);
  });

  it('shows both values of a boolean', () => {
    const column = aColumn({
      type: 'boolean',
      categories: {
        values: [
          ['false', 250],
          ['true', 750],
        ],
        other: 0,
      },
    });
    expect(textOf(section(renderReport(aReport(), aProfile(column)), 'columns'))).toMatch(/false 25 % true 75 %/);
  });

  it('that is the event time is not said to have moved', () => {
    const at = (index: number) => ({
      ...binned(index ? [0, 0, 0, 0, 900] : [9, 9, 9, 9, 9]),
      name: 'seen_at',
      type: 'timestamp' as const,
    });
    const text = textOf(section(renderReport(aReport(), aProfile(at(1)), previous(at(0)), aModelSpec()), 'columns'));
    expect(text).toContain('event time');
    expect(text).not.toMatch(/PSI|Far/);
  });

  it('that is protected shows counts and nothing else, even if a profile carried more', () => {
    const leaky = aColumn({
      name: 'gender',
      type: 'category',
      min: 1234567,
      categories: { values: [['secret', 1_000]], other: 0 },
    });
    const page = renderReport(aReport(), aProfile(leaky), previous(leaky), aModelSpec());
    expect(textOf(page)).toMatch(/gender category protected Values 1,000 Missing 0 % Protected/);
    expect(page).not.toMatch(/secret|1,?234,?567|PSI/);
  });

  it('with a broken rule comes first, then the one that moved most', () => {
    const [calm, moved] = [
      [100, 300, 300, 200, 100],
      [0, 0, 0, 0, 1_000],
    ];
    const named = (name: string, counts: number[] = calm as number[]) => ({ ...binned(counts), name });
    const page = renderReport(
      aReport({ rules: [aRule({ column: 'broken' })] }),
      aProfile(named('calm'), named('moved', moved), named('broken')),
      previous(named('calm'), named('moved'), named('broken')),
    );
    const order = [...page.matchAll(/<h3><bdi>(\w+)<\/bdi>/g)].map(([, name]) => name);
    expect(order).toEqual(['broken', 'moved', 'calm']);
  });
});

describe('what others wrote', () => {
  for (const text of HOSTILE) {
    it(`stays text wherever it stands: ${JSON.stringify(text.slice(0, 30))}`, () => {
      const column = { ...binned([0, 1, 2, 3, 4]), name: text };
      const category = aColumn({ name: `${text}2`, type: 'category', categories: { values: [[text, 1]], other: 0 } });
      const reason = [{ code: text, message: text, column: text, rows: 1 }];
      const page = renderReport(
        aReport({
          verdict: 'accepted-with-quarantine',
          model: text,
          reasons: reason,
          warnings: reason,
          file: { name: text, size: 1, sha256: text },
          source: { ...(aReport().source as never as object), delimiter: text, extraColumns: [text] } as never,
          rules: [aRule({ id: text, message: text, when: text, column: text, examples: [text] })],
          checks: [aCheck({ id: text, message: text, column: text })],
        }),
        aProfile(column, category),
        previous(column, category),
      );
      expect(page.match(/<\/style>/g)).toHaveLength(1);
      expect(page).not.toMatch(/<(script|img)|="[^"]*<|[\p{Cf}\p{Cs}]|[^\P{Cc}\n]/u);
      expect(page).not.toMatch(/={500}/);
      expect(page.length).toBeLessThan(60_000);
    });
  }
});

describe('the size of the page', () => {
  const long = (i: number) => `${String(i).padStart(5, '0')}-${'<&"é'.repeat(40)}`.slice(0, 128);
  const valuesOf = (moved: boolean) =>
    Array.from({ length: CATEGORY_LIMIT }, (_, v): [string, number] => [
      `${long(v)}${'"'.repeat(900)}`,
      moved ? v : CATEGORY_LIMIT - v,
    ]);
  const wide = (count: number, moved = false) => {
    const categories = { values: valuesOf(moved), other: 100 };
    return {
      rows: 20_017,
      columns: Array.from({ length: count }, (_, i) =>
        aColumn({ name: long(i), type: 'category', count: 20_000, nulls: 17, categories }),
      ),
    };
  };
  const busy = (columns: number) =>
    aReport({
      rules: Array.from({ length: columns * 3 }, (_, i) =>
        aRule({ id: `out-of-range:${long(i)}`, message: '"'.repeat(2_000), examples: Array(20).fill('"'.repeat(900)) }),
      ),
      checks: Array.from({ length: columns }, (_, i) =>
        aCheck({ id: long(i), status: 'failed', message: '&'.repeat(5_000) }),
      ),
      reasons: Array.from({ length: columns * 3 }, (_, i) => ({ code: long(i), message: '>'.repeat(5_000) })),
    });

  it('holds 100 columns with long names and 200 categories each in 1 MB, all of them shown', () => {
    const page = renderReport(busy(100), wide(100), { dataset: 1, at: '2026-01-01', profile: wide(100, true) });
    expect(Buffer.byteLength(page)).toBeLessThanOrEqual(MAX_BYTES);
    expect(page.match(/<article/g)).toHaveLength(100);
    expect(textOf(page)).toMatch(/\d+ more rules in report\.json, which holds all/);
  });

  it('holds 100 columns with 14 bins of long numbers each, beside another version', () => {
    const edges = Array.from({ length: 13 }, (_, i) => -1.2345678e-150 * (20 - i));
    const profile = (shift: number) => ({
      rows: 1_400,
      columns: Array.from({ length: 100 }, (_, i) =>
        aColumn({
          name: long(i),
          count: 1_400,
          nulls: 99 + shift,
          nans: 99,
          infinities: 99,
          min: -1.2345e-149,
          max: 9.8765e-149,
          mean: 5.4321e-149,
          m2: 1,
          bins: { edges, counts: edges.map((_, b) => 100 + shift * b).concat(100) },
        }),
      ),
    });
    const page = renderReport(busy(100), profile(1), { dataset: 1, at: '2026-01-01', profile: profile(-7) });
    expect(Buffer.byteLength(page)).toBeLessThanOrEqual(MAX_BYTES);
    expect(page.match(/<article/g)).toHaveLength(100);
    expect(page.match(/class="before" d/g)?.length).toBeGreaterThanOrEqual(100);
  });

  it('says how many of 2,000 columns it leaves out', () => {
    const page = renderReport(busy(2_000), wide(2_000), { dataset: 1, at: '2026-01-01', profile: wide(2_000, true) });
    expect(Buffer.byteLength(page)).toBeLessThanOrEqual(MAX_BYTES);
    const shown = page.match(/<article/g)?.length ?? 0;
    expect(shown).toBeGreaterThan(50);
    const left = (2_000 - shown).toLocaleString('en-US');
    expect(textOf(page)).toContain(
      `${left} of 2,000 columns are left out here ; report.json and profile.json hold all.`,
    );
  });
});
