import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { typescriptTypes } from '../../../domain/inference/typescript-types.ts';
import { cliOver } from '../../fixtures/cli-over-api.ts';
import { aModelVersion } from '../../fixtures/entities.ts';
import { anApi, CHANGE } from '../../lambdas/registry-api/api-under-test.ts';

let api: Awaited<ReturnType<typeof anApi>>;
let cli: Awaited<ReturnType<typeof cliOver>>;
const { signature } = aModelVersion();

beforeAll(async () => {
  api = await anApi();
  const { version: _, ...version } = aModelVersion();
  await api.registry.registerVersion(version, CHANGE);
  cli = await cliOver(() => api);
});
afterAll(() => cli.close());

describe('millrace client', () => {
  it('prints the types of a version', async () => {
    const source = typescriptTypes({ name: 'churn', version: 1, signature });
    expect(await cli.textOf(['client', 'churn', '--version', '1'])).toBe(source);
    expect(await cli.jsonOf(['client', 'churn', '--version', '1'])).toEqual({ model: 'churn', version: 1, source });
  });

  it('says what to do while nothing serves the model', async () => {
    const { code, stderr } = await cli.run(['client', 'churn']);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'error: nothing serves churn: name a version with --version\n',
    });
  });

  it('knows no model that there is not', async () => {
    const { code, stderr } = await cli.run(['client', 'nobody', '--version', '1']);
    expect([code, stderr]).toEqual([1, expect.stringContaining('nobody:1 is not registered')]);
  });
});
