import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { afterAll, describe, expect, it } from 'vitest';
import { hostPlatform } from '../../lib/duckdb-natives.ts';
import { DUCKDB_FUNCTIONS, FUNCTION_NAMES } from '../../lib/function-names.ts';
import { MillraceStack } from '../../lib/index.ts';
import { resourcesOf } from './platform.ts';

// the one test that bundles all functions and copies DuckDB: some seconds
const MINUTE = 60_000;

const outdir = mkdtempSync(join(tmpdir(), 'millrace-assets-'));
afterAll(() => rmSync(outdir, { recursive: true, force: true }));

describe('the assets of the stack', () => {
  it(
    'are one bundle for each function, and one folder for all that open DuckDB',
    () => {
      const stack = new MillraceStack(new App({ outdir, analyticsReporting: false }), 'Millrace', {
        stage: 'local',
        apiAuthorization: { type: 'jwt', issuer: 'https://id.example.com', audience: 'millrace' },
      });
      const functions = resourcesOf(Template.fromStack(stack), 'AWS::Lambda::Function').map(([, { Properties }]) => ({
        handler: String(Properties.Handler),
        folder: join(outdir, `asset.${String(Properties.Code.S3Key).replace('.zip', '')}`),
      }));
      const duckDb = functions.filter(({ folder }) => existsSync(join(folder, 'node_modules')));
      const small = functions.filter((each) => !duckDb.includes(each));

      expect(functions).toHaveLength(FUNCTION_NAMES.length);
      expect(new Set(duckDb.map(({ folder }) => folder)).size).toBe(1);
      expect(duckDb.map(({ handler }) => handler).sort()).toEqual(
        DUCKDB_FUNCTIONS.map((name) => `${name}.handler`).sort(),
      );
      for (const { handler, folder } of duckDb) {
        expect(existsSync(join(folder, handler.replace('.handler', '.mjs')))).toBe(true);
        expect(
          existsSync(join(folder, 'node_modules', '@duckdb', `node-bindings-${hostPlatform()}`, 'duckdb.node')),
        ).toBe(true);
      }

      expect(new Set(small.map(({ folder }) => folder)).size).toBe(small.length);
      for (const { handler, folder } of small) {
        expect(handler).toBe('index.handler');
        const parts = readdirSync(folder).filter((file) => file !== 'index.mjs');
        // of the router alone, which loads rare work when it is asked for
        for (const part of parts) expect(part).toMatch(/^(?:start|[\w-]+-[A-Z0-9]{8})\.mjs$/);
        expect(statSync(join(folder, 'index.mjs')).size).toBeLessThan(2_000_000);
        expect(readFileSync(join(folder, 'index.mjs'), 'utf8')).toMatch(/export\s*\{[^}]*\bhandler\b/);
      }
    },
    3 * MINUTE,
  );
});
