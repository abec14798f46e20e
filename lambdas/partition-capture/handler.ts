import { processBatch } from '../runtime/batch.ts';
import { parseInput, parseJson } from '../runtime/input.ts';
import { ObjectCreated } from '../runtime/s3-event.ts';
import { type PartitionDeps, partitionCapture } from './partition-capture.ts';

export const makeHandler = (deps: PartitionDeps) => {
  const partition = partitionCapture(deps);
  return (event: unknown) =>
    processBatch(event, async ({ body }) => {
      const { object } = parseInput(ObjectCreated, parseJson(body, 'message')).detail;
      await partition({ key: object.key, versionId: object['version-id'] });
    });
};
