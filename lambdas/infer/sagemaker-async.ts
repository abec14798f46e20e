import { TIMEOUT_SECONDS, TTL_SECONDS } from '../../domain/async-predictions/limits.ts';
import { asyncKeys } from '../../domain/names.ts';
import { allow, HttpError, header, type ProxyEvent, type ProxyResponse, respond } from './http.ts';
import { lakeCalls } from './lake-calls.ts';
import { type PredictDeps, requireTraffic } from './predict.ts';
import { invoke, PREFIX, placed } from './sagemaker.ts';

/** What is read from S3 at most, in bytes: it is held in memory to be encoded. */
export const MAX_INPUT_BYTES = 33_554_432;
const UNSUPPORTED = ['filename', 's3outputpathextension'];
/** No dot segments, which a URL would resolve to another place, and nothing that needs an escape. */
const KEY = /^(?:(?!\.{1,2}(?:\/|$))[\w.=@+-]+\/)*(?!\.{1,2}$)[\w.=@+-]+$/;

/**
 * InvokeEndpointAsync of SageMaker's runtime: 202 with the places in S3 where the answer, or the failure, will be. Rows come
 * in the body, or from below `async/inputs/<model>/` of the lake bucket.
 */
export async function invokeAsync(event: ProxyEvent, name: string, deps: PredictDeps): Promise<ProxyResponse> {
  allow(event, 'POST');
  const unsupported = UNSUPPORTED.find((suffix) => header(event, PREFIX + suffix) !== undefined);
  if (unsupported) throw new HttpError(501, `${PREFIX}${unsupported} is not supported`);
  const later = {
    ...seconds(event, 'requestttlseconds', 'ttl', TTL_SECONDS),
    ...seconds(event, 'invocationtimeoutseconds', 'timeout', TIMEOUT_SECONDS),
  };
  const place = await placed(event, name, deps);
  // before anything is read for a caller who may not use the model
  await requireTraffic(place.model, deps);
  const { outcome, reply } = await invoke(withTypes(await withInput(event, place.model, deps)), place, deps, later);
  if (!('accepted' in outcome)) throw new HttpError(500, 'an answer came at once');
  const { inferenceId, resultLocation, failureLocation } = outcome;
  // as sent, or ours
  const given = reply.headers?.('', inferenceId)[`${PREFIX}inference-id`] ?? inferenceId;
  return respond(
    202,
    { InferenceId: given },
    {
      [`${PREFIX}outputlocation`]: resultLocation,
      [`${PREFIX}failurelocation`]: failureLocation,
      [`${PREFIX}inference-id`]: given,
      'x-millrace-inference-id': inferenceId,
      location: `../../models/${outcome.model}/predictions/${inferenceId}`,
    },
  );
}

function seconds<Key extends string>(
  event: ProxyEvent,
  suffix: string,
  key: Key,
  { least, most }: { least: number; most: number },
): { readonly [K in Key]?: number } {
  const text = header(event, PREFIX + suffix);
  if (text === undefined) return {};
  const value = Number(text);
  if (/^\d{1,6}$/.test(text) && value >= least && value <= most) {
    return { [key]: value } as { readonly [K in Key]?: number };
  }
  throw new HttpError(
    400,
    `${PREFIX}${suffix}: a whole number from ${least} to ${most} expected, got ${JSON.stringify(text.slice(0, 20))}`,
  );
}

/** The call has names of its own for content type and accept. */
function withTypes(event: ProxyEvent): ProxyEvent {
  const names = ['content-type', 'accept'];
  const own = names.flatMap((name) => {
    const value = header(event, PREFIX + name);
    return value === undefined ? [] : [[name, value] as const];
  });
  const others = Object.entries(event.headers ?? {}).filter(
    ([name]) => !own.some(([known]) => known === name.toLowerCase()),
  );
  return { ...event, headers: Object.fromEntries([...others, ...own]) };
}

/** @throws HttpError 400 for a location that is none of the model's, 413 */
async function withInput(event: ProxyEvent, model: string, { aws, lakeBucket }: PredictDeps): Promise<ProxyEvent> {
  const location = header(event, `${PREFIX}inputlocation`);
  if (location === undefined) return event;
  if (event.body) throw new HttpError(400, `${PREFIX}inputlocation: no body expected beside it`);
  const prefix = `s3://${lakeBucket}/${asyncKeys.inputsOf(model)}`;
  const name = location.startsWith(prefix) ? location.slice(prefix.length) : '';
  if (!KEY.test(name)) {
    throw new HttpError(
      400,
      `${PREFIX}inputlocation: an object below ${prefix} expected, of letters, digits and . _ = @ + - in its name`,
    );
  }
  const found = await lakeCalls(aws, lakeBucket).find(asyncKeys.inputsOf(model) + name);
  if (!found) throw new HttpError(400, `${PREFIX}inputlocation: there is no object ${name}`);
  const bytes = Number(found.headers.get('content-length'));
  if (!(bytes <= MAX_INPUT_BYTES)) {
    await found.body?.cancel();
    throw new HttpError(413, `the object has ${bytes} bytes, at most ${MAX_INPUT_BYTES} are possible`);
  }
  const body = Buffer.from(await found.arrayBuffer()).toString('base64');
  return { ...event, body, isBase64Encoded: true, maxBytes: MAX_INPUT_BYTES };
}
