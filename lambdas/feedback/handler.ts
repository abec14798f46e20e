import { json, RestEvent, type RestResponse, requireAccess, toHttpError } from '../runtime/http.ts';
import { parseInput, parseJson } from '../runtime/input.ts';
import { logger } from '../runtime/logger.ts';
import { FeedbackBody, type FeedbackDeps, takeFeedback } from './feedback.ts';

/** `POST /feedback/{model}` → 202 with how many labels were taken and what is wrong with the others. */
export const makeHandler =
  (deps: FeedbackDeps) =>
  async (event: unknown): Promise<RestResponse> => {
    try {
      const request = parseInput(RestEvent, event);
      const { pathParameters, body, isBase64Encoded } = request;
      const model = pathParameters?.model ?? '';
      requireAccess(request, model);
      const text = isBase64Encoded ? Buffer.from(body ?? '', 'base64').toString('utf8') : (body ?? '');
      const answer = await takeFeedback(model, parseInput(FeedbackBody, parseJson(text, 'body')), deps);
      logger.info('feedback-taken', { model, accepted: answer.accepted, refused: answer.errors.length });
      return json(202, answer);
    } catch (error) {
      return toHttpError(error);
    }
  };
