import {
  InvalidToken,
  SendTaskFailureCommand,
  SendTaskSuccessCommand,
  type SFNClient,
  TaskDoesNotExist,
  TaskTimedOut,
} from '@aws-sdk/client-sfn';

export interface TaskResumer {
  /** False when nobody waits any more: the execution ended, or another delivery was first. */
  succeed(taskToken: string, output: object): Promise<boolean>;
  fail(taskToken: string, error: Error): Promise<boolean>;
}

/** Limits of SendTaskFailure, in characters. */
const MAX_ERROR = 256;
const MAX_CAUSE = 32_768;

export function sfnTasks(client: SFNClient): TaskResumer {
  async function tolerant(send: () => Promise<unknown>): Promise<boolean> {
    try {
      await send();
      return true;
    } catch (error) {
      if (error instanceof TaskTimedOut || error instanceof TaskDoesNotExist || error instanceof InvalidToken)
        return false;
      throw error;
    }
  }
  return {
    succeed: (taskToken, output) =>
      tolerant(() => client.send(new SendTaskSuccessCommand({ taskToken, output: JSON.stringify(output) }))),
    fail: (taskToken, { name, message }) =>
      tolerant(() =>
        client.send(
          new SendTaskFailureCommand({
            taskToken,
            error: name.slice(0, MAX_ERROR),
            cause: message.slice(0, MAX_CAUSE),
          }),
        ),
      ),
  };
}
