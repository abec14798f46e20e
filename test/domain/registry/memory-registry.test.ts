import { it } from 'vitest';
import { memoryRegistry } from '../../fixtures/memory-registry.ts';
import { checkRegistry } from '../../fixtures/registry-commands.ts';
import { describeRegistry } from '../../fixtures/registry-contract.ts';

describeRegistry('the registry in memory', async () => {
  const registry = memoryRegistry();
  return {
    registry,
    countRequests: async (model, rolloutId, counts) => registry.countRequests(model, rolloutId, counts),
  };
});

it('the registry in memory keeps its promises under any sequence of commands', async () => {
  await checkRegistry(async () => memoryRegistry(), { runs: 150, commands: 40 });
});
