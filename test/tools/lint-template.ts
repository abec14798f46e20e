import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ensurePython } from '../../local/python.ts';

/**
 * Runs cfn-lint over the templates of a synthesized app. Errors fail; warnings and hints are printed.
 * Usage: node test/tools/lint-template.ts [cdk.out]
 */
const folder = process.argv[2] ?? 'cdk.out';
const templates = readdirSync(folder)
  .filter((name) => name.endsWith('.template.json'))
  .map((name) => join(folder, name));
if (templates.length === 0) {
  console.error(`error: no template in ${folder}: run npm run synth first`);
  process.exit(1);
}
const python = await ensurePython('lint', (line) => console.log(line));
const cfnLint = join(dirname(python), 'cfn-lint');
const { status, stdout, stderr } = spawnSync(python, [cfnLint, '--non-zero-exit-code', 'error', '--', ...templates], {
  encoding: 'utf8',
});
process.stdout.write(stdout);
process.stderr.write(stderr);
console.log(status === 0 ? `${templates.length} template(s): no errors` : 'cfn-lint found errors');
process.exit(status === 0 ? 0 : 1);
