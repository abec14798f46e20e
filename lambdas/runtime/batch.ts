import * as z from 'zod';
import { logger } from './logger.ts';

const QueueEvent = z.object({
  Records: z.array(
    z.object({ messageId: z.string(), body: z.string(), attributes: z.record(z.string(), z.string()).default({}) }),
  ),
});
export type QueueRecord = z.infer<typeof QueueEvent>['Records'][number];

/**
 * Handles each record by itself: one that fails is reported and delivered again, the others are done. Records run one
 * after the other, so that memory stays that of one.
 */
export async function processBatch(
  event: unknown,
  handle: (record: QueueRecord) => Promise<void>,
): Promise<{ batchItemFailures: { itemIdentifier: string }[] }> {
  const batchItemFailures: { itemIdentifier: string }[] = [];
  for (const record of QueueEvent.parse(event).Records) {
    try {
      await handle(record);
    } catch (error) {
      const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
      logger.error('record-failed', { messageId: record.messageId, error: name, message, stack });
      batchItemFailures.push({ itemIdentifier: record.messageId });
    }
  }
  return { batchItemFailures };
}
