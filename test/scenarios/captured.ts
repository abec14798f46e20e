import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { type TimeWindow, windowAt } from '../../domain/monitoring/windows.ts';
import { captureKeys } from '../../domain/names.ts';
import type { Platform } from './platform.ts';

const DAY_MS = 86_400_000;
/** Firehose in AWS collects for minutes before it delivers. */
export const DELIVERY_SECONDS = 60;

export interface Line {
  readonly millrace: { readonly type: 'capture' | 'label' };
  readonly eventMetadata: { readonly eventId: string };
}

export const dayOf = (time: Date): TimeWindow => windowAt(time, DAY_MS);

/** Texts of all objects under a prefix of the capture bucket. */
export async function capturedTexts({ s3, outputs }: Platform, Prefix: string): Promise<string[]> {
  const Bucket = outputs.CaptureBucketName;
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix }));
  return Promise.all(
    Contents.map(async ({ Key }) => {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
      return (await Body?.transformToString()) ?? '';
    }),
  );
}

/** Everything in the daily window of a model that holds `time`. */
export async function windowLines(platform: Platform, model: string, time: Date): Promise<Line[]> {
  const texts = await capturedTexts(platform, captureKeys.windowFolder(model, dayOf(time)));
  return texts.flatMap((text) =>
    text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Line),
  );
}
