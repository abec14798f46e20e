import * as z from 'zod';
import { parseInput } from '../runtime/input.ts';
import { type ReconcileEndpointsDeps, reconcileByEndpoint, reconcileEndpoints } from './reconcile-endpoints.ts';

/** SageMaker's state-change event names the endpoint; the schedule's event does not. */
const Wake = z.object({ source: z.string(), detail: z.object({ EndpointName: z.string() }).partial() });

export const makeHandler =
  (deps: ReconcileEndpointsDeps) =>
  async (event: unknown): Promise<void> => {
    const { source, detail } = parseInput(Wake, event);
    if (source === 'aws.sagemaker' && detail.EndpointName) await reconcileByEndpoint(detail.EndpointName, deps);
    else await reconcileEndpoints(deps);
  };
