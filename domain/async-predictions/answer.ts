import { captureLines, predictionsOfRows } from '../capture/lines.ts';
import { answerBody, answerType } from '../inference/answer-form.ts';
import { encodeResponse } from '../inference/encode-response.ts';
import { type Predictions, parsePredictions } from '../inference/predictions.ts';
import type { AsyncRequest } from './request.ts';

/** The answer of a request as its caller is to read it. */
export interface AsyncAnswer {
  readonly text: string;
  readonly contentType: string;
  readonly predictions: Predictions;
}

/**
 * The very answer that the face would have given at once.
 *
 * @param output what the container answered
 * @throws BadPredictionError unless it holds one finite number per row and output
 */
export function answerOf(request: AsyncRequest, output: { contentType: string; text: string }): AsyncAnswer {
  const { model, version, inferenceId, signature, form, rows, width, explanation } = request;
  const predictions = parsePredictions(output.contentType, output.text, rows, width);
  const body = answerBody(
    form,
    encodeResponse({
      model,
      version,
      inferenceId,
      signature,
      predictions,
      ...(request.id === undefined ? {} : { id: request.id }),
      ...(request.outputs ? { outputs: request.outputs } : {}),
      ...(request.classes ? { classes: request.classes } : {}),
      ...(explanation
        ? { explanation: { values: Float64Array.from(explanation.values), groups: explanation.groups } }
        : {}),
    }),
  );
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { text, contentType: answerType(form), predictions };
}

/** What capture keeps of it: the lines that an answer at once would have left. */
export function linesOf(request: AsyncRequest, predictions: Predictions, inferenceTime: Date): string[] {
  const { model, version, inferenceId, capture } = request;
  if (!capture) return [];
  const { context, ...rest } = capture;
  return captureLines({
    model,
    version,
    inferenceId,
    eventTime: new Date(request.eventTime),
    inferenceTime,
    ...rest,
    ...(context ? { context } : {}),
    predictions: predictionsOfRows(predictions),
  });
}

/** Why there is no answer, in the words of an answer at once: what a container says may quote the rows. */
export const FAILURES = {
  500: 'the model failed',
  504: 'the model did not answer in time',
} as const;
export type FailureStatus = keyof typeof FAILURES;

/** RFC 9457 problem details. */
export const problemOf = (status: FailureStatus): string =>
  JSON.stringify({ type: 'about:blank', status, detail: FAILURES[status] });

/** SageMaker tells what went wrong in a sentence. */
export const statusOf = (failureReason: string | undefined): FailureStatus =>
  /time[ds]?[ -]?out|expired/i.test(failureReason ?? '') ? 504 : 500;
