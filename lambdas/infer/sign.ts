import { createHash, createHmac } from 'node:crypto';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/**
 * Signs a request for AWS (Signature Version 4) and nothing else a library could do: the hot path's bundle has no room for more.
 *
 * @param request `headers` with names in lower case; `content-type` is not signed. Services other than S3 escape paths twice.
 * @returns the headers to send
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function signedHeaders(
  request: {
    readonly method: string;
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
  },
  scope: { readonly service: string; readonly region: string; readonly credentials: Credentials; readonly at: Date },
): Record<string, string> {
  const { service, region, credentials, at } = scope;
  const { host, pathname, searchParams } = new URL(request.url);
  const time = at.toISOString().replace(/[:-]|\.\d{3}/g, '');
  const digest = sha256(request.body);
  const headers: Record<string, string> = {
    ...request.headers,
    'x-amz-content-sha256': digest,
    'x-amz-date': time,
    ...(credentials.sessionToken ? { 'x-amz-security-token': credentials.sessionToken } : {}),
  };
  const toSign: Record<string, string> = { ...headers, host };
  const names = Object.keys(toSign)
    .filter((name) => name !== 'content-type')
    .sort();
  const path = pathname.split('/').map((part) => escaped(service === 's3' ? decodeURIComponent(part) : part));
  const query = [...searchParams].map(([name, value]) => `${escaped(name)}=${escaped(value)}`).sort();
  const lines = names.map((name) => `${name}:${toSign[name]?.trim().replace(/\s+/g, ' ')}\n`);
  const signed = names.join(';');
  const canonical = [request.method, path.join('/'), query.join('&'), lines.join(''), signed, digest].join('\n');
  const place = [time.slice(0, 8), region, service, 'aws4_request'];
  const key = place.reduce<string | Buffer>((secret, part) => hmac(secret, part), `AWS4${credentials.secretAccessKey}`);
  const text = ['AWS4-HMAC-SHA256', time, place.join('/'), sha256(canonical)].join('\n');
  const who = `Credential=${credentials.accessKeyId}/${place.join('/')}`;
  const authorization = `AWS4-HMAC-SHA256 ${who}, SignedHeaders=${signed}, Signature=${hmac(key, text).toString('hex')}`;
  return { ...headers, authorization };
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** RFC 3986, which leaves fewer characters as they are than JavaScript does. */
const escaped = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
