import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { Batch } from '../../domain/registry/batch.ts';
import { batchText, inputText } from '../batch-text.ts';
import { type Command, type CommandContext, EXIT_FAILED, EXIT_OK, UsageError } from '../command.ts';
import { apiOptions, connect, pathTo } from '../registry-client.ts';
import { versionNumber } from '../registry-lists.ts';
import { ioProgress } from '../work-progress.ts';

const Started = Batch.extend({ created: z.boolean() });
const ASK_EVERY_MS = 2_000;

export const batchStart: Command = {
  name: 'batch start',
  summary: 'Score a data set version or an S3 prefix in a transform job',
  usage: 'batch start <model> (--dataset <number> | --prefix <s3://…>) [--version <number>] [--wait]',
  details:
    'Without --version the champion scores, whatever its target. The same version over the same data is one batch, unless it failed. --wait follows it to its end.',
  options: {
    ...apiOptions,
    dataset: { type: 'string', short: 'd' },
    prefix: { type: 'string', short: 'p' },
    version: { type: 'string', short: 'v' },
    wait: { type: 'boolean', short: 'w' },
  },
  arguments: { min: 1, max: 1 },
  run: async (context) => {
    const [model = ''] = context.positionals;
    const client = connect(context);
    const { created, ...started } = await client.post(pathTo('models', model, 'batches'), requested(context), Started);
    const { batchId } = started;
    if (context.options.wait !== true) {
      const how = created ? 'has started' : `is there already: ${started.status}`;
      context.print(
        { ...started, created },
        `batch ${batchId} ${how}; millrace batch show ${model} ${batchId} shows how it goes`,
      );
      return EXIT_OK;
    }
    const progress = ioProgress(`batch ${batchId}`, context.io);
    let batch: Batch = started;
    while (batch.status === 'running') {
      progress.report({ step: stepOf(batch) });
      await sleep(ASK_EVERY_MS);
      batch = await client.get(pathTo('models', model, 'batches', batchId), Batch);
    }
    progress.end();
    context.print(batch, batchText(batch));
    return batch.status === 'scored' ? EXIT_OK : EXIT_FAILED;
  },
};

/** @throws UsageError */
function requested({ options }: CommandContext): object {
  const { dataset, prefix, version } = options;
  if ((typeof dataset === 'string') === (typeof prefix === 'string'))
    throw new UsageError(`say what to score: millrace ${batchStart.usage}`);
  return {
    ...(typeof dataset === 'string' ? { dataset: versionNumber(dataset) } : { prefix }),
    ...(typeof version === 'string' && { version: versionNumber(version) }),
  };
}

function stepOf({ jobs, input }: Batch): string {
  const job = jobs.at(-1);
  if (!job) return `encoding ${inputText(input)}`;
  return job.endedAt ? 'gathering predictions' : `scoring in ${job.name}`;
}
