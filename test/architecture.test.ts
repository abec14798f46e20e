import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Import, importsOf, loads, root } from './fixtures/imports.ts';

const ROOMS = ['bin', 'lib', 'lambdas', 'engine', 'domain', 'stats', 'client', 'local', 'cli', 'examples', 'bench'];
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '--', ...ROOMS], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => /\.ts$/.test(file));

/** Which rooms a room may import, besides itself. `bench` measures whatever there is. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  bin: ['lib', 'cli'],
  lib: ['domain'],
  lambdas: ['domain', 'engine', 'stats'],
  // bulk data, the same for functions and for the command line
  engine: ['domain', 'stats'],
  domain: ['stats'],
  // the package export millrace/stats: numbers in, numbers out
  stats: [],
  // the package export millrace/client: for programs that have nothing else of Millrace
  client: [],
  local: ['domain'],
  cli: ['domain', 'engine', 'stats', 'local', 'client'],
  // an example uses the product the way people do
  examples: ['domain', 'local', 'cli'],
  bench: ['lib', 'lambdas', 'engine', 'domain', 'stats', 'client', 'local', 'cli', 'examples'],
};
/** `millrace demo` is the example, told by the command line. */
const DEMO = { from: 'cli/demo.ts', to: 'examples/flights/demo/' };
/** A shadow is scored as the router would score it: by the router's own modules. */
const SHADOW = { from: 'lambdas/shadow-request/', to: 'lambdas/infer/' };
/** Inside `lambdas`, what every function may import; `adapters` build on `runtime`. */
const SHARED = ['adapters', 'runtime'];

/** Why an import is wrong, or undefined. */
function problem({ file, target, typeOnly }: Import): string | undefined {
  const [room = '', folder = ''] = file.split('/');
  if (!target.startsWith('.')) return packageProblem(room, target);
  const path = normalize(join(dirname(file), target));
  const [otherRoom = '', otherFolder = ''] = path.split('/');
  // package.json and other files at the root belong to nobody
  if (!ROOMS.includes(otherRoom)) return otherRoom === 'test' ? 'nothing imports test' : undefined;
  if (otherRoom === room) {
    if (room !== 'lambdas' || folder === otherFolder || SHARED.includes(otherFolder)) return undefined;
    if (file.startsWith(SHADOW.from) && path.startsWith(SHADOW.to)) return undefined;
    return `${folder} imports ${otherFolder}: functions share adapters and runtime only`;
  }
  if (room === 'lib' && /^lambdas\/[\w-]+\/env\.ts$/.test(path))
    return typeOnly ? undefined : 'lib imports only the type of an env.ts';
  if (file === DEMO.from && path.startsWith(DEMO.to)) return undefined;
  return ARROWS[room]?.includes(otherRoom) ? undefined : `${room} must not import ${otherRoom}`;
}

function packageProblem(room: string, target: string): string | undefined {
  if (
    room === 'domain' &&
    /^(@aws-sdk|aws-cdk-lib|constructs|@smithy|node:(fs|http|net|child_process|process))/.test(target)
  ) {
    return 'domain is pure';
  }
  if (room === 'stats' && !target.startsWith('@stdlib/')) return 'stats computes, with @stdlib and nothing else';
  if (room === 'client' && target !== 'aws4fetch') return 'client sends, with aws4fetch and nothing else';
  if (room === 'engine' && /^@(aws-sdk|smithy)/.test(target)) return 'engine reads files, not services';
  if (/^(aws-cdk-lib|constructs)/.test(target) && !['bin', 'lib', 'bench'].includes(room))
    return 'only lib builds with CDK';
  return undefined;
}

const sources = files.map((file) => ({ file, text: readFileSync(join(root, file), 'utf8') }));

describe('the rooms', () => {
  it('import one way', () => {
    const wrong = sources
      .flatMap(({ file, text }) => importsOf(file, text))
      .flatMap((each) => (problem(each) ? [`${each.file}:${each.line} ${each.target}: ${problem(each)}`] : []));
    expect(wrong).toEqual([]);
  });

  it('are all looked at', () => {
    for (const room of ['bin', 'lib', 'lambdas', 'engine', 'domain', 'stats', 'client', 'local', 'cli']) {
      expect(
        files.some((file) => file.startsWith(`${room}/`)),
        room,
      ).toBe(true);
    }
  });

  for (const [file, target, typeOnly, allowed] of [
    ['lib/a.ts', '../domain/b.ts', false, true],
    ['lib/a.ts', '../local/b.ts', false, false],
    ['lambdas/x/a.ts', '../../engine/b.ts', false, true],
    ['engine/a.ts', '../lambdas/runtime/b.ts', false, false],
    ['domain/a.ts', '../engine/b.ts', false, false],
    ['lib/a.ts', '../lambdas/infer/env.ts', true, true],
    ['lib/a.ts', '../lambdas/infer/env.ts', false, false],
    ['lib/a.ts', '../lambdas/infer/handler.ts', true, false],
    ['domain/spec/a.ts', '../../lambdas/runtime/env.ts', false, false],
    ['domain/spec/a.ts', '@aws-sdk/client-s3', false, false],
    ['domain/spec/a.ts', 'zod', false, true],
    ['lambdas/feedback/a.ts', '../adapters/b.ts', false, true],
    ['lambdas/feedback/a.ts', '../infer/b.ts', false, false],
    ['local/a.ts', '../lib/b.ts', false, false],
    ['cli/a.ts', '../local/b.ts', false, true],
    ['cli/a.ts', '../bin/b.ts', false, false],
    ['cli/a.ts', '../test/fixtures/b.ts', false, false],
    ['domain/a.ts', '../stats/b.ts', false, true],
    ['stats/a.ts', '../domain/b.ts', false, false],
    ['stats/a.ts', 'zod', false, false],
    ['client/a.ts', '../domain/b.ts', true, false],
    ['client/a.ts', 'zod', false, false],
    ['client/a.ts', 'aws4fetch', false, true],
    ['cli/a.ts', '../client/b.ts', false, true],
    ['lambdas/x/a.ts', '../../client/b.ts', false, false],
    ['bin/a.ts', '../cli/b.ts', false, true],
  ] as const) {
    it(`${allowed ? 'allow' : 'refuse'} ${typeOnly ? 'the type of ' : ''}${target} in ${file}`, () => {
      expect(problem({ file, line: 1, target, typeOnly }) === undefined).toBe(allowed);
    });
  }

  it('are seen through every form of import', () => {
    const text = `import 'a';\nimport type { B } from 'b';\nexport { c } from 'c';\nexport * from 'd';\nimport {\n  e,\n} from 'e';\nconst f = await import('f');\nimport g, { type H } from 'g';\n`;
    expect(importsOf('x.ts', text).map(({ target, typeOnly }) => target + (typeOnly ? ' type' : ''))).toEqual([
      'a',
      'b type',
      'c',
      'd',
      'e',
      'f',
      'g',
    ]);
  });
});

describe('the hot path', () => {
  it('loads no AWS SDK and no zod, neither itself nor by what it imports', () => {
    const { files, packages } = loads('lambdas/infer/index.ts');
    expect(files.size).toBeGreaterThan(3);
    expect([...packages].filter((name) => /^(@aws-sdk|@smithy|@aws-lambda-powertools|zod)/.test(name))).toEqual([]);
  });

  it('is not the only thing this looks at: start-job does load them', () => {
    const { packages } = loads('lambdas/start-job/index.ts');
    expect([...packages]).toEqual(expect.arrayContaining(['zod', '@aws-sdk/client-sagemaker']));
  });
});

describe('the domain', () => {
  it('reads neither environment nor clock', () => {
    const found = sources
      .filter(({ file }) => file.startsWith('domain/'))
      .flatMap(({ file, text }) =>
        text
          .split('\n')
          .flatMap((line, index) =>
            /process\.env|\bDate\.now\(|new Date\(\)|Math\.random\(/.test(line.replace(/\/\/.*|^\s*\*.*/, ''))
              ? [`${file}:${index + 1}`]
              : [],
          ),
      );
    expect(found).toEqual([]);
  });
});

describe('a source file', () => {
  it('has at most 300 lines', () => {
    const long = sources
      .map(({ file, text }) => ({ file, lines: text.split('\n').length - 1 }))
      .filter(({ lines }) => lines > 300);
    expect(long).toEqual([]);
  });
});
