import * as z from 'zod';
import type { UploadSource } from '../../domain/datasets/upload.ts';
import { EVENTS } from '../../domain/events/catalog.ts';
import { processBatch } from '../runtime/batch.ts';
import { parseInput, parseJson } from '../runtime/input.ts';
import { logger } from '../runtime/logger.ts';
import { ObjectCreated } from '../runtime/s3-event.ts';
import { type RejudgeDeps, type RejudgeRequest, rejudge } from './rejudge.ts';
import { type ValidateDeps, validateUpload } from './validate-upload.ts';

/** An event of the landing bucket, or what a person asks for on Millrace's own bus. */
const Message = z.discriminatedUnion('detail-type', [
  ObjectCreated,
  z.object({
    'detail-type': z.literal('DatasetReleaseRequested'),
    detail: EVENTS.DatasetReleaseRequested.detail,
  }),
  z.object({
    'detail-type': z.literal('DatasetReplayRequested'),
    detail: EVENTS.DatasetReplayRequested.detail,
  }),
]);

/** Each queue message holds one EventBridge event. */
export const makeHandler = (deps: ValidateDeps & RejudgeDeps & { landingBucket: string }) => (event: unknown) =>
  processBatch(event, async ({ body, messageId }) => {
    const message = parseInput(Message, parseJson(body, 'the message'));
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
    const result = await validateUpload(upload, deps);
    logger.info('upload-validated', { key: upload.key, versionId: upload.versionId, ...result });
  });
