import type { UploadSource } from '../../domain/datasets/upload.ts';
import { processBatch } from '../runtime/batch.ts';
import { parseInput, parseJson } from '../runtime/input.ts';
import { logger } from '../runtime/logger.ts';
import { ObjectCreated } from '../runtime/s3-event.ts';
import { type ValidateDeps, validateUpload } from './validate-upload.ts';

/** Each queue message holds one EventBridge event of the landing bucket. */
export const makeHandler = (deps: ValidateDeps & { landingBucket: string }) => (event: unknown) =>
  processBatch(event, async ({ body, messageId }) => {
    const { detail } = parseInput(ObjectCreated, parseJson(body, 'the message'));
    const upload: UploadSource = {
      bucket: detail.bucket.name,
      key: detail.object.key,
      versionId: detail.object['version-id'],
    };
    if (upload.bucket !== deps.landingBucket) {
      logger.warn('upload-elsewhere', { messageId, bucket: upload.bucket });
      return;
    }
    const result = await validateUpload(upload, deps);
    logger.info('upload-validated', { key: upload.key, versionId: upload.versionId, ...result });
  });
