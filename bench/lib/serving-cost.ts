import shared from '../../lib/prices.json' with { type: 'json' };
import prices from '../prices.json' with { type: 'json' };

export const VOLUMES = [0, 10_000, 1_000_000, 100_000_000] as const;
const HOURS = 730;
const DAYS = HOURS / 24;
const SECONDS = HOURS * 3_600;

/** Everything that is no price. Times were measured nowhere in AWS. */
export interface Assumptions {
  readonly gateway: 'rest' | 'http' | 'none';
  readonly rowsPerRequest: number;
  /** Of the router, scoring by itself and waiting for an endpoint. */
  readonly router: {
    readonly scoringGigabytes: number;
    readonly waitingGigabytes: number;
    readonly scoringMs: number;
    readonly serverlessWaitMs: number;
    readonly instanceWaitMs: number;
    /** Share of requests that meet a cold function, and what its start adds. */
    readonly coldShare: number;
    readonly scoringColdMs: number;
    readonly waitingColdMs: number;
  };
  readonly serverless: { readonly gigabytes: number; readonly ms: number; readonly payloadBytes: number };
  /** Requests that come once a day and are worked off one by one, between starting an instance and letting it go. */
  readonly async: { readonly startMinutes: number; readonly idleMinutes: number; readonly ms: number };
  /** One job a night. */
  readonly batch: { readonly startMinutes: number; readonly rowMs: number };
  /** Router's own records: capture, registry reads, log lines. Nothing of it when absent. */
  readonly records?: {
    readonly captureBytes: number;
    /** Firehose writes an object this often at most. */
    readonly bufferSeconds: number;
    /** How long routes are cached. */
    readonly trafficSeconds: number;
    readonly logBytes: number;
  };
}

/** Of Millrace as it is deployed: sizes and intervals are those of the stack, durations are guesses. */
export const MILLRACE: Assumptions = {
  gateway: 'rest',
  rowsPerRequest: 1,
  router: {
    scoringGigabytes: 1,
    waitingGigabytes: 1,
    scoringMs: 8,
    serverlessWaitMs: 60,
    instanceWaitMs: 20,
    coldShare: 0.01,
    scoringColdMs: 350,
    waitingColdMs: 350,
  },
  serverless: { gigabytes: 2, ms: 50, payloadBytes: 2_000 },
  async: { startMinutes: 5, idleMinutes: 15, ms: 50 },
  batch: { startMinutes: 5, rowMs: 0.1 },
  records: { captureBytes: 1_500, bufferSeconds: 300, trafficSeconds: 2, logBytes: 800 },
};

type Use = (predictions: number, assumed: Assumptions) => number;

const requestsOf: Use = (predictions, { rowsPerRequest }) => predictions / rowsPerRequest;

const GATEWAY = { rest: prices.restApiRequest.usd, http: prices.httpApiRequest.usd, none: 0 };

/** Requests through gateway and router. @param waitMs what the router waits for, or its own scoring */
function asked(predictions: number, assumed: Assumptions, gigabytes: number, ms: number, coldMs: number): number {
  const { gateway, router } = assumed;
  const seconds = (ms + router.coldShare * coldMs) / 1_000;
  const lambda = shared.lambdaRequest + seconds * gigabytes * shared.lambdaArm64GbSecond;
  const requests = requestsOf(predictions, assumed);
  return requests * (GATEWAY[gateway] + lambda) + recordsUsd(requests, assumed, ms);
}

/** Capture through Firehose into S3, kept a month; reads of routes; log lines. */
function recordsUsd(requests: number, { records }: Assumptions, ms: number): number {
  if (!records || requests === 0) return 0;
  const { captureBytes, bufferSeconds, trafficSeconds, logBytes } = records;
  const billed = Math.ceil(captureBytes / prices.firehoseRecordBytes.value) * prices.firehoseRecordBytes.value;
  const firehose = ((requests * billed) / 1e9) * prices.firehoseGigabyte.usd;
  const objects = Math.min(requests, SECONDS / bufferSeconds) * shared.s3WriteRequest;
  const stored = ((requests * captureBytes) / 1e9) * shared.s3GigabyteMonth;
  // each instance of the function asks for itself; eventually consistent reads cost half a unit
  const instances = Math.max(1, Math.ceil(((requests / SECONDS) * ms) / 1_000));
  const reads = (Math.min(requests, (instances * SECONDS) / trafficSeconds) * shared.dynamoReadUnit) / 2;
  const logs = ((requests * logBytes) / 1e9) * shared.logGigabyte;
  return firehose + objects + stored + reads + logs;
}

const instances = (hours: number): number => hours * prices.instanceHour.usd;

const realtime =
  (count: number): Use =>
  (predictions, assumed) => {
    const { waitingGigabytes, instanceWaitMs, waitingColdMs } = assumed.router;
    return instances(count * HOURS) + asked(predictions, assumed, waitingGigabytes, instanceWaitMs, waitingColdMs);
  };

/** USD a month of one model, beside what the platform costs at rest. */
export const TARGETS = {
  lambda: (predictions, assumed) => {
    const { scoringGigabytes, scoringMs, scoringColdMs } = assumed.router;
    return asked(predictions, assumed, scoringGigabytes, scoringMs, scoringColdMs);
  },
  serverless: (predictions, assumed) => {
    const { gigabytes, ms, payloadBytes } = assumed.serverless;
    const { waitingGigabytes, serverlessWaitMs, waitingColdMs } = assumed.router;
    const each =
      gigabytes * prices.serverlessGigabyteSecond.usd * (ms / 1_000) +
      (payloadBytes / 1e9) * prices.serverlessDataGigabyte.usd;
    return (
      requestsOf(predictions, assumed) * each +
      asked(predictions, assumed, waitingGigabytes, serverlessWaitMs, waitingColdMs)
    );
  },
  'realtime, 1 instance': realtime(1),
  'realtime, 2 instances': realtime(2),
  'async, scaled to zero': (predictions, assumed) => {
    if (predictions === 0) return 0;
    const { startMinutes, idleMinutes, ms } = assumed.async;
    const requests = requestsOf(predictions, assumed);
    const hours = DAYS * ((startMinutes + idleMinutes) / 60) + (requests * ms) / 3_600_000;
    // one object in and one out, and both are read
    const objects = requests * 2 * (shared.s3WriteRequest + shared.s3ReadRequest);
    const { waitingGigabytes, instanceWaitMs, waitingColdMs } = assumed.router;
    return instances(hours) + objects + asked(predictions, assumed, waitingGigabytes, instanceWaitMs, waitingColdMs);
  },
  'batch, nightly': (predictions, { batch: { startMinutes, rowMs } }) =>
    predictions === 0 ? 0 : instances(DAYS * (startMinutes / 60) + (predictions * rowMs) / 3_600_000),
} satisfies Record<string, Use>;
export type ServingTarget = keyof typeof TARGETS;

export const servingUsd = (target: ServingTarget, predictions: number, assumed: Assumptions = MILLRACE): number =>
  TARGETS[target](predictions, assumed);

/** Predictions a month from which `fixed` costs no more than `byUse`; undefined if it never does. */
export function breakEven(
  byUse: ServingTarget,
  fixed: ServingTarget,
  assumed: Assumptions = MILLRACE,
): number | undefined {
  const dearer = (predictions: number) =>
    servingUsd(byUse, predictions, assumed) >= servingUsd(fixed, predictions, assumed);
  let [low, high] = [1, 1e11];
  if (!dearer(high)) return undefined;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (dearer(middle)) high = middle;
    else low = middle;
  }
  return high;
}

const dollars = (usd: number): string =>
  usd.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const fromOn = (predictions: number | undefined): string =>
  predictions === undefined ? 'at no volume' : `from ${Math.round(predictions / 1e6)} M predictions a month on`;

/** As Markdown, for terminal and guide alike. */
export function servingCostTable(assumed: Assumptions = MILLRACE): string {
  const targets = Object.keys(TARGETS) as ServingTarget[];
  return [
    '| USD a month | 0 | 10 k | 1 M | 100 M predictions |',
    '|---|---|---|---|---|',
    ...targets.map(
      (target) =>
        `| ${target} | ${VOLUMES.map((volume) => dollars(servingUsd(target, volume, assumed))).join(' | ')} |`,
    ),
    '',
    `One instance costs no more than \`serverless\` ${fromOn(breakEven('serverless', 'realtime, 1 instance', assumed))}, and no more than`,
    `\`lambda\` ${fromOn(breakEven('lambda', 'realtime, 1 instance', assumed))}. With 100 rows in a request, 100 M predictions cost`,
    `${dollars(servingUsd('lambda', 1e8, { ...assumed, rowsPerRequest: 100 }))} USD on \`lambda\`.`,
  ].join('\n');
}
