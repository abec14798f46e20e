/**
 * `millrace/client`: predictions and feedback from TypeScript, with the types of a model that `millrace client <model>` prints.
 * It needs `fetch` and nothing of the AWS SDK.
 */
import { type ModelClient, modelClient } from './model.ts';
import { type ClientOptions, makeSend } from './send.ts';

export { ApiError, type ApiErrorKind, type ApiProblem, ConnectionError } from './api-error.ts';
export type { Calling, FeedbackAnswer, Label, ModelClient, PredictOptions } from './model.ts';
export type { ClientOptions, Credentials } from './send.ts';
export type { Answered, Explanation, Field, Metadata } from './tensors.ts';

export interface Client {
  /** @template Row a row as the model takes it @template Out what it answers for one */
  model<Row extends object = object, Out extends object = Record<string, unknown>>(name: string): ModelClient<Row, Out>;
}

/** @throws TypeError for options that contradict each other */
export function createClient(options: ClientOptions): Client {
  const sender = makeSend(options);
  return { model: (name) => modelClient(name, sender) };
}
