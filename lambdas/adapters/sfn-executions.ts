import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  type SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';

/** Starts executions by a name that derives from content, so that a repeated start is recognised. */
export function sfnExecutions(client: SFNClient, stateMachineArn: string) {
  return {
    /** @returns the execution's ARN, also when it had been started before */
    async start(name: string, input: object): Promise<string> {
      try {
        const { executionArn } = await client.send(
          new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }),
        );
        return executionArn as string;
      } catch (error) {
        if (!(error instanceof ExecutionAlreadyExists)) throw error;
        const executionArn = `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`;
        await client.send(new DescribeExecutionCommand({ executionArn }));
        return executionArn;
      }
    },
  };
}

export interface ExecutionState {
  /** RUNNING, SUCCEEDED, FAILED, TIMED_OUT or ABORTED. */
  readonly status: string;
  readonly error?: string;
  readonly cause?: string;
}

/** @returns undefined for an execution that Step Functions does not know: it forgets them 90 days after their end */
export async function describeExecution(client: SFNClient, executionArn: string): Promise<ExecutionState | undefined> {
  try {
    const { status = 'RUNNING', error, cause } = await client.send(new DescribeExecutionCommand({ executionArn }));
    return { status, error, cause };
  } catch (error) {
    if (error instanceof ExecutionDoesNotExist) return undefined;
    throw error;
  }
}
