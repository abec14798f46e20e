import { Batch } from '../../domain/registry/batch.ts';
import { batchText } from '../batch-text.ts';
import { pathTo } from '../registry-client.ts';
import { showCommand } from '../registry-lists.ts';

export const batchShow = showCommand({
  noun: 'batch',
  id: 'batch',
  summary: 'Show a batch: what it scored, what it left out and why, and where the predictions are',
  read: async (client, model, id) => {
    const batch = await client.get(pathTo('models', model, 'batches', id), Batch);
    return { value: batch, text: batchText(batch) };
  },
});
