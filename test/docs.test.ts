import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { describe, expect, it } from 'vitest';
import { commands } from '../cli/commands.ts';

const root = join(import.meta.dirname, '..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
const DOCUMENTS = globSync(['README.md', '{docs,examples,bench}/**/*.md'], { cwd: root });

/** Lines of the shell blocks of a document, without comments; a line that ends in `\` goes on. */
function shellLines(file: string): string[] {
  const blocks = [...read(file).matchAll(/^```(?:bash|sh|console)\n([\s\S]*?)^```/gm)].map(([, block = '']) => block);
  return blocks
    .join('\n')
    .replaceAll('\\\n', ' ')
    .split('\n')
    .map((line) =>
      line
        .replace(/^\$ /, '')
        .replace(/\s+#.*$/, '')
        .trim(),
    );
}

/** Words of a simple command line: quotes are taken off, what follows a pipe or redirection is left out. */
const words = (line: string): string[] =>
  (line.split(/\s[|>&;]/)[0]?.match(/"[^"]*"|'[^']*'|<[^>]*>|\S+/g) ?? []).map((word) =>
    word.replace(/^["']|["']$/g, ''),
  );

for (const document of DOCUMENTS) {
  describe(document, () => {
    const lines = shellLines(document);

    for (const line of new Set(lines.filter((each) => /^(npx )?millrace /.test(each)))) {
      it(`shows a command that exists: ${line}`, async () => {
        const [, ...argv] = words(line.replace(/^npx /, ''));
        const entry = [2, 1]
          .map((count) => commands.find(({ name }) => name === argv.slice(0, count).join(' ')))
          .find((found) => found !== undefined);
        expect(entry, line).toBeDefined();
        const command = await entry?.load();
        if (!entry || !command || command.passthrough) return;
        const rest = argv.slice(entry.name.split(' ').length);
        const builtIn = { json: { type: 'boolean' }, help: { type: 'boolean' } } as const;
        const { positionals } = parseArgs({
          args: rest,
          options: { ...builtIn, ...command.options },
          allowPositionals: true,
        });
        const { min, max } = command.arguments ?? { min: 0, max: 0 };
        expect(positionals.length, line).toBeGreaterThanOrEqual(rest.includes('--help') ? 0 : min);
        expect(positionals.length, line).toBeLessThanOrEqual(max);
      });
    }

    it('names scripts that exist', () => {
      const named = lines.flatMap((line) => /^npm (?:run )?([\w:-]+)/.exec(line)?.[1] ?? []);
      const missing = named.filter((name) => !['ci', 'install', 'rebuild'].includes(name) && !(name in scripts));
      expect(missing).toEqual([]);
    });

    it('links to files that exist', () => {
      const links = [...read(document).matchAll(/\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)/g)].map(
        ([, link = '']) => link,
      );
      expect(links.filter((link) => !existsSync(join(root, dirname(document), link)))).toEqual([]);
    });
  });
}

it('README lists every prop of the construct', () => {
  const props = [...read('lib/millrace.ts').matchAll(/^ {2}readonly (\w+)\?:/gm)].map(([, name]) => name);
  expect(props.length).toBeGreaterThan(10);
  const table = read('README.md');
  expect(props.filter((name) => !table.includes(`\`${name}\``))).toEqual([]);
});
