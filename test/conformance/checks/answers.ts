import { type Exchange, expect, isRecord, type Probe, type SentTensor } from '../check.ts';
import { flat } from '../tensors.ts';

/** @throws Failed unless the answer is 200 with a JSON object */
export function answered(exchange: Exchange): Record<string, unknown> {
  expect(exchange.status === 200, 'status 200', exchange);
  expect(isRecord(exchange.body), 'a JSON object', exchange);
  return exchange.body;
}

/** What was predicted, by name of the output. @throws Failed */
export function outputsOf(exchange: Exchange): SentTensor[] {
  const { outputs } = answered(exchange);
  expect(Array.isArray(outputs) && outputs.every(isRecord), 'an array of outputs', exchange);
  // as far as there is something to compare: that each is whole is a check of its own
  return outputs.map(({ name, datatype, shape, data }) => ({
    name: String(name),
    datatype: String(datatype),
    shape: Array.isArray(shape) ? shape : [],
    data: flat(data),
  }));
}

export const infer = (probe: Probe, body: unknown): Promise<Exchange> =>
  probe.call('POST', `${probe.base}/infer`, body);

/** @throws Failed unless the answer is a failure of the protocol's form */
export function refused(exchange: Exchange): void {
  expect(exchange.status >= 400, 'an HTTP error status', exchange);
  const error = isRecord(exchange.body) ? exchange.body.error : undefined;
  expect(typeof error === 'string' && error !== '', 'a body {"error": string}', exchange);
}

export const isTensor = (value: unknown): boolean =>
  isRecord(value) &&
  typeof value.name === 'string' &&
  typeof value.datatype === 'string' &&
  Array.isArray(value.shape) &&
  value.shape.every((size) => Number.isSafeInteger(size));
