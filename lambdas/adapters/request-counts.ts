import { type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { keys } from '../../domain/registry/keys.ts';

export interface CountedAnswer {
  readonly model: string;
  readonly rolloutId: string;
  readonly version: number;
  /** Of the traffic item that it was routed by. */
  readonly rev: number;
  readonly errors: 0 | 1;
  readonly latencyMs: number;
  /** Attributes of the bins that it falls into. */
  readonly bins: readonly string[];
}

/** Adds a request to the counts of a rollout, as the router does; never repeated, since a repeat would count twice. */
export type CountAnswer = (counted: CountedAnswer) => Promise<void>;

export const countAnswer =
  (client: Pick<DynamoDBDocumentClient, 'send'>, table: string): CountAnswer =>
  async ({ model, rolloutId, version, rev, errors, latencyMs, bins }) => {
    const added = { requests: 1, errors, latencyMsSum: Number(latencyMs.toFixed(3)) };
    const all = Object.entries({ ...added, ...Object.fromEntries(bins.map((name) => [name, 1])) });
    await client.send(
      new UpdateCommand({
        TableName: table,
        Key: { ...keys.counts(model, rolloutId, version, rev) },
        UpdateExpression: `ADD ${all.map((_, i) => `#a${i} :a${i}`).join(', ')} SET #v = :v, #t = :t`,
        ExpressionAttributeNames: {
          ...Object.fromEntries(all.map(([name], i) => [`#a${i}`, name])),
          ...{ '#v': 'version', '#t': 'rev' },
        },
        ExpressionAttributeValues: {
          ...Object.fromEntries(all.map(([, count], i) => [`:a${i}`, count])),
          ...{ ':v': version, ':t': rev },
        },
      }),
    );
  };
