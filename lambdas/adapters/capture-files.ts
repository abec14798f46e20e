import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';

/** Objects of the capture bucket, whole: Firehose closes them after a few megabytes. */
export function captureFiles(client: S3Client, bucket: string) {
  return {
    async read(key: string): Promise<Uint8Array> {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      return (await Body?.transformToByteArray()) ?? new Uint8Array();
    },
    async write(key: string, text: string): Promise<void> {
      const ContentType = 'application/x-ndjson';
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: text, ContentType }));
    },
  };
}
