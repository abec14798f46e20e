import { GetObjectCommand, NoSuchKey, PutObjectCommand } from '@aws-sdk/client-s3';
import { expect, it } from 'vitest';
import { stringify } from 'yaml';
import * as z from 'zod';
import { listOf } from '../../cli/registry-lists.ts';
import { SpecVersion } from '../../domain/registry/entities.ts';
import { until } from './wait.ts';
import type { World } from './world.ts';

const Answer = z.object({
  versionId: z.string(),
  count: z.number(),
  specVersion: z.number().optional(),
  problems: z.array(z.object({ path: z.string(), message: z.string(), seen: z.string(), allowed: z.string() })),
});

export function specScenarios(on: () => World): void {
  /** Uploads a spec and reads what is answered to this very version of the object. */
  async function applyFile(name: string, extension: string, text: string) {
    const { platform } = on();
    const { s3, outputs, patience } = platform;
    const Bucket = outputs.LandingBucketName;
    const Key = `specs/${name}.${extension}`;
    const { VersionId } = await s3.send(new PutObjectCommand({ Bucket, Key, Body: text }));
    return until(
      `an answer to ${Key}`,
      async () => {
        const read = s3.send(new GetObjectCommand({ Bucket, Key: `spec-problems/${name}.json` }));
        const body = await read.then(
          ({ Body }) => Body?.transformToString(),
          (error) => {
            if (error instanceof NoSuchKey) return undefined;
            throw error;
          },
        );
        const answer = body === undefined ? undefined : Answer.parse(JSON.parse(body));
        return answer?.versionId === VersionId ? answer : undefined;
      },
      { seconds: 30 * patience },
    );
  }
  const specs = async (name: string) =>
    (await on().platform.registry.get(`models/${name}/specs`, listOf(SpecVersion))).items;

  it('applies a spec that is uploaded, once however often', async () => {
    const { name, document } = on().model('filed');
    const yaml = stringify(document());
    expect(await applyFile(name, 'yaml', yaml)).toMatchObject({ count: 0, problems: [], specVersion: 1 });
    expect(await applyFile(name, 'yaml', `# the same\n${yaml}`)).toMatchObject({ specVersion: 1 });
    expect(await specs(name)).toMatchObject([{ version: 1, model: name, by: 'apply-spec' }]);
    const changed = document({ description: 'another' });
    expect(await applyFile(name, 'json', JSON.stringify(changed))).toMatchObject({ specVersion: 2 });
    expect((await specs(name)).map(({ version }) => version)).toEqual([2, 1]);
  });

  it('answers a bad spec with all of its problems and applies nothing', async () => {
    const { name, document } = on().model('misfiled');
    const bad = document({ task: 'binray', training: { xgboost: { hyperparameters: { eta: 7 } } } });
    const answer = await applyFile(name, 'yaml', stringify(bad));
    expect(answer.problems.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['task', 'training.xgboost.hyperparameters.eta']),
    );
    expect(answer.problems.find(({ path }) => path === 'task')).toMatchObject({ seen: '"binray"' });
    expect((await on().platform.call('GET', `/registry/models/${name}`)).status).toBe(404);
    expect(await applyFile(name, 'yml', '{ broken')).toMatchObject({ count: 1 });
  });
}
