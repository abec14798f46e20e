import * as z from 'zod';
import { parseLandingKey } from '../../domain/datasets/landing-key.ts';
import { SetWork } from '../../domain/datasets/sets.ts';
import type { UploadSource } from '../../domain/datasets/upload.ts';
import { EVENTS } from '../../domain/events/catalog.ts';
import { processBatch } from '../runtime/batch.ts';
import { parseInput, parseJson } from '../runtime/input.ts';
import { logger } from '../runtime/logger.ts';
import { ObjectCreated } from '../runtime/s3-event.ts';
import { type RejudgeDeps, type RejudgeRequest, rejudge } from './rejudge.ts';
import { type StartSetDeps, startSet } from './start-set.ts';
import { type ValidateDeps, validateUpload } from './validate-upload.ts';

/** An execution of a set's validation that failed: what it was about. */
const SetFailed = z.object({
  'detail-type': z.literal('Step Functions Execution Status Change'),
  detail: z.object({ name: z.string(), status: z.string(), input: z.string() }),
});

/** An event of the landing bucket, a set that failed, or what a person asks for on Millrace's own bus. */
const Message = z.discriminatedUnion('detail-type', [
  ObjectCreated,
  SetFailed,
  z.object({
    'detail-type': z.literal('DatasetReleaseRequested'),
    detail: EVENTS.DatasetReleaseRequested.detail,
  }),
  z.object({
    'detail-type': z.literal('DatasetReplayRequested'),
    detail: EVENTS.DatasetReplayRequested.detail,
  }),
]);

type HandlerDeps = ValidateDeps & RejudgeDeps & StartSetDeps & { readonly landingBucket: string };

/** Each queue message holds one EventBridge event. */
export const makeHandler = (deps: HandlerDeps) => (event: unknown) =>
  processBatch(event, async ({ body, messageId }) => {
    const message = parseInput(Message, parseJson(body, 'the message'));
    if (message['detail-type'] === 'Step Functions Execution Status Change') {
      const { model, seal } = parseInput(SetWork, parseJson(message.detail.input, 'the input of the execution'));
      const again = await startSet(seal, model, deps);
      logger.warn('set-failed', { key: seal.key, failed: message.detail.name, ...again });
      return;
    }
    if (message['detail-type'] !== 'Object Created') {
      const { dataset: of, ...detail } = message.detail;
      const request: RejudgeRequest = { ...detail, of };
      const result = await rejudge(request, deps);
      const { model, specVersion } = request;
      logger.info('dataset-rejudged', { kind: message['detail-type'], model, of, specVersion, ...result });
      return;
    }
    const { bucket, object } = message.detail;
    const upload: UploadSource = { bucket: bucket.name, key: object.key, versionId: object['version-id'] };
    if (upload.bucket !== deps.landingBucket) {
      logger.warn('upload-elsewhere', { messageId, bucket: upload.bucket });
      return;
    }
    const key = parseLandingKey(upload.key);
    if (key.kind === 'seal') {
      logger.info('set-sealed', { key: upload.key, ...(await startSet(upload, key.model, deps)) });
      return;
    }
    const result = await validateUpload(upload, deps, new Date(message.time));
    logger.info('upload-validated', { key: upload.key, versionId: upload.versionId, ...result });
  });
