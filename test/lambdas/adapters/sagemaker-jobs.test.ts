import type { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { describe, expect, it } from 'vitest';
import { UnavailableError } from '../../../domain/common-errors.ts';
import { QuotaExceededError } from '../../../domain/training/errors.ts';
import { sageMakerJobs } from '../../../lambdas/adapters/sagemaker-jobs.ts';

const answering = (name: string, message: string) =>
  sageMakerJobs(
    { send: () => Promise.reject(Object.assign(new Error(message), { name })) } as unknown as SageMakerClient,
    'registry-table',
  );

describe('what SageMaker is asked to create', () => {
  it('bears the tag by which it is known as this registry’s', async () => {
    const sent: { Tags?: unknown }[] = [];
    const client = { send: async ({ input }: { input: object }) => void sent.push(input) };
    const jobs = sageMakerJobs(client as unknown as SageMakerClient, 'registry-table');
    await jobs.createModel({ ModelName: 'churn-v1' });
    await jobs.createEndpointConfig({ EndpointConfigName: 'churn-v1', ProductionVariants: [] });
    await jobs.createEndpoint('churn-v1');
    expect(sent).toHaveLength(3);
    for (const { Tags } of sent) expect(Tags).toEqual([{ Key: 'millrace:registry', Value: 'registry-table' }]);
  });

  it('is there already when an earlier attempt got this far', async () => {
    const taken = answering('ValidationException', 'Cannot create already existing endpoint "arn".');
    expect(await taken.createEndpoint('churn-v1')).toBe(false);
  });

  it('is tried again when what was created just before cannot be found yet', async () => {
    const early = answering('ValidationException', 'Could not find endpoint configuration "churn-v1".');
    await expect(early.createEndpoint('churn-v1')).rejects.toThrow(UnavailableError);
  });

  it('waits for a quota', async () => {
    const full = answering('ResourceLimitExceeded', 'The account-level service limit is 0 Instances');
    await expect(full.createEndpoint('churn-v1')).rejects.toThrow(QuotaExceededError);
  });

  it('is not tried again when it is wrong', async () => {
    const wrong = answering('ValidationException', '1 validation error detected');
    await expect(wrong.createEndpoint('churn-v1')).rejects.toThrow('1 validation error');
  });
});
