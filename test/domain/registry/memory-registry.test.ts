import { memoryRegistry } from '../../fixtures/memory-registry.ts';
import { describeRegistry } from '../../fixtures/registry-contract.ts';

describeRegistry('the registry in memory', async () => {
  const registry = memoryRegistry();
  return {
    registry,
    countRequests: async (model, rolloutId, counts) => registry.countRequests(model, rolloutId, counts),
  };
});
