import { AwsClient } from 'aws4fetch';
import type * as z from 'zod';
import type { ArtifactRef } from '../../domain/artifacts.ts';
import type { SigningEnv } from './firehose.ts';

/** Long enough to begin a download; one that has begun goes on. */
const EXPIRES_SECONDS = 300;

export interface Link {
  readonly url: string;
  readonly expiresAt: Date;
}

/** Makes links with which anybody can read one object for five minutes. */
export interface Links {
  /** @param name what a browser saves the object as */
  read(object: Pick<ArtifactRef, 'bucket' | 'key' | 'versionId'>, name: string): Promise<Link>;
}

/** Presigned GETs with the function's own credentials: what its role may not read, a link does not open. */
export function s3Links(env: z.infer<typeof SigningEnv>, now: () => Date): Links {
  const region = env.AWS_REGION;
  const signer = new AwsClient({
    accessKeyId: env.AWS_ACCESS_KEY_ID,
    secretAccessKey: env.AWS_SECRET_ACCESS_KEY,
    ...(env.AWS_SESSION_TOKEN ? { sessionToken: env.AWS_SESSION_TOKEN } : {}),
    region,
    service: 's3',
  });
  const suffix = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  // the local platform's front door is the same for functions and for its users
  const front = env.AWS_ENDPOINT_URL?.replace(/\/+$/, '');
  return {
    async read({ bucket, key, versionId }, name) {
      const base = front ? `${front}/${bucket}` : `https://${bucket}.s3.${region}.${suffix}`;
      const url = new URL(`${base}/${key.split('/').map(encodeURIComponent).join('/')}`);
      if (versionId !== undefined) url.searchParams.set('versionId', versionId);
      // without a space, which a query would write as a plus sign
      url.searchParams.set('response-content-disposition', `attachment;filename*=UTF-8''${encodeName(name)}`);
      url.searchParams.set('X-Amz-Expires', String(EXPIRES_SECONDS));
      const at = now();
      const datetime = at.toISOString().replace(/[:-]|\.\d{3}/g, '');
      const signed = await signer.sign(url.toString(), { method: 'GET', aws: { signQuery: true, datetime } });
      return { url: signed.url, expiresAt: new Date(at.getTime() + EXPIRES_SECONDS * 1_000) };
    },
  };
}

/** RFC 8187. */
const encodeName = (name: string): string =>
  encodeURIComponent(name.toWellFormed()).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
