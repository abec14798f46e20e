import { type DynamoDBDocumentClient, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { keys } from '../../domain/registry/keys.ts';
import { BIN_NAMES } from '../../domain/rollout/bins.ts';
import { JudgedRequest, type RowLabel, withLabels } from '../../domain/rollout/judged-request.ts';
import { persist } from './dynamo-registry/commit.ts';
import { getItem, reach } from './dynamo-registry/table.ts';

export interface JudgedRequests {
  /**
   * Counts what labels say of a request's predictions; nothing for a request that no rollout judges. Safe to repeat.
   * @throws ConcurrentWriteError
   */
  label(model: string, inferenceId: string, labels: readonly RowLabel[], classes: readonly string[]): Promise<void>;
}

/** The router keeps the predictions (lambdas/infer/count.ts); a label and its count change in one transaction. */
export function judgedRequests(client: DynamoDBDocumentClient, name: string): JudgedRequests {
  const table = { client, name };

  async function attempt(
    model: string,
    inferenceId: string,
    labels: readonly RowLabel[],
    classes: readonly string[],
  ): Promise<{ result: undefined } | undefined> {
    const key = keys.judged(model, inferenceId);
    const item = await getItem(table, key);
    if (!item) return { result: undefined };
    const { predictions, labelled = '{}', ...fields } = item;
    const seen = JudgedRequest.parse({
      ...{ ...fields, model, inferenceId },
      predictions: JSON.parse(predictions),
      labelled: JSON.parse(labelled),
    });
    const labelling = withLabels(seen, labels, classes);
    if (!labelling) return { result: undefined };
    const { request, change } = labelling;
    const changed = change.flatMap((parts, i) => (parts === 0 ? [] : [[`${BIN_NAMES.loss}${i}`, parts] as const]));
    const count = {
      TableName: name,
      Key: { ...keys.counts(model, request.rolloutId, request.version, request.rev) },
      UpdateExpression: `ADD ${changed.map(([bin], i) => `${bin} :c${i}`).join(', ')}`,
      ExpressionAttributeValues: Object.fromEntries(changed.map(([, parts], i) => [`:c${i}`, parts])),
      // labels come after the request was counted, unless counting failed: then it is left out of both
      ConditionExpression: 'attribute_exists(PK)',
    };
    const label = {
      TableName: name,
      Key: { ...key },
      UpdateExpression: 'SET #labelled = :labelled, #labelRev = :labelRev',
      ConditionExpression: request.labelRev === 1 ? 'attribute_not_exists(labelRev)' : '#labelRev = :seen',
      ExpressionAttributeNames: { '#labelled': 'labelled', '#labelRev': 'labelRev' },
      ExpressionAttributeValues: {
        ':labelled': JSON.stringify(request.labelled),
        ':labelRev': request.labelRev,
        ...(request.labelRev === 1 ? {} : { ':seen': seen.labelRev }),
      },
    };
    const TransactItems = [{ Update: label }, ...(changed.length > 0 ? [{ Update: count }] : [])];
    try {
      await reach(() => client.send(new TransactWriteCommand({ TransactItems })));
      return { result: undefined };
    } catch (error) {
      const codes = cancelled(error);
      if (!codes) throw error;
      // never counted
      if (codes[1] === 'ConditionalCheckFailed') return { result: undefined };
      return undefined;
    }
  }

  return {
    label: (model, inferenceId, labels, classes) =>
      persist(`the labels of ${inferenceId}`, () => attempt(model, inferenceId, labels, classes)),
  };
}

/** Codes of a transaction that another writer was in the way of. */
function cancelled(error: unknown): (string | undefined)[] | undefined {
  if (!(error instanceof Error && error.name === 'TransactionCanceledException')) return undefined;
  const { CancellationReasons = [] } = error as Error & { CancellationReasons?: { Code?: string }[] };
  return CancellationReasons.map(({ Code }) => Code);
}
