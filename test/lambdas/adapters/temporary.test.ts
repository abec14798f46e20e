import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { UnavailableError } from '../../../domain/common-errors.ts';
import { withUnavailable } from '../../../lambdas/adapters/temporary.ts';

const anError = (name: string, httpStatusCode?: number, more: object = {}) =>
  Object.assign(new Error('said AWS'), { name, $metadata: { httpStatusCode }, ...more });

async function failing(error: Error): Promise<unknown> {
  const client = withUnavailable(new SQSClient({ region: 'us-east-1' }));
  client.middlewareStack.add(() => () => Promise.reject(error), { step: 'initialize', priority: 'low' });
  return client.send(new SendMessageCommand({ QueueUrl: 'https://queue', MessageBody: '' })).catch((thrown) => thrown);
}

describe('a client of AWS', () => {
  const temporary = [
    anError('ThrottlingException', 400),
    anError('SlowDown', 503),
    anError('InternalError', 500),
    anError('TooManyRequestsException', 429),
    anError('TimeoutError'),
    anError('Error', undefined, { code: 'ECONNRESET' }),
  ];
  for (const error of temporary) {
    it(`says that ${error.name} may pass`, async () => {
      const thrown = await failing(error);
      expect(thrown).toBeInstanceOf(UnavailableError);
      expect((thrown as Error).cause).toBe(error);
    });
  }

  for (const error of [anError('ValidationException', 400), anError('AccessDenied', 403), anError('NoSuchKey', 404)]) {
    it(`leaves ${error.name} as it is`, async () => {
      expect(await failing(error)).toBe(error);
    });
  }
});
