import prices from '../../lib/prices.json' with { type: 'json' };

/** What services bill, as adapters ask for it. */
export const BILLED = [
  's3List',
  's3Put',
  's3Get',
  's3Head',
  's3Delete',
  'tableRequests',
  'readUnits',
  'writeUnits',
  'sqs',
  'events',
] as const;
export type Billed = (typeof BILLED)[number];
export type Bill = Readonly<Record<Billed, number>>;

/** Counts what a stretch of work asks services for. */
export class ServiceMeter {
  #counts = emptyBill();
  /** Bytes that stay: in the table, and in buckets. */
  stored = { tableBytes: 0, bucketBytes: 0 };

  add(what: Billed, count = 1): void {
    this.#counts[what] += count;
  }

  /** Since the last time. */
  take(): Bill {
    const counts = this.#counts;
    this.#counts = emptyBill();
    return counts;
  }
}

const emptyBill = (): Record<Billed, number> =>
  Object.fromEntries(BILLED.map((what) => [what, 0])) as Record<Billed, number>;

/** Round trips; a transaction is one of them. */
export const requestsOf = (bill: Bill): number =>
  bill.s3List + bill.s3Put + bill.s3Get + bill.s3Head + bill.s3Delete + bill.tableRequests + bill.sqs + bill.events;

/** Deleting is free. Table requests are billed by their units. */
export const usdOf = (bill: Bill) => ({
  s3: (bill.s3List + bill.s3Put) * prices.s3WriteRequest + (bill.s3Get + bill.s3Head) * prices.s3ReadRequest,
  dynamo: bill.readUnits * prices.dynamoReadUnit + bill.writeUnits * prices.dynamoWriteUnit,
  sqs: bill.sqs * prices.sqsRequest,
  events: bill.events * prices.eventBridgeEvent,
});
