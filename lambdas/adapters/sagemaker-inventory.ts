import {
  DeleteEndpointCommand,
  DeleteEndpointConfigCommand,
  DeleteModelCommand,
  ListEndpointConfigsCommand,
  ListEndpointsCommand,
  ListModelsCommand,
  ListTagsCommand,
  type SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import type { ResourceKind } from '../../domain/endpoints/orphans.ts';
import type { EndpointScaling } from './endpoint-scaling.ts';
import { unlessAbsent } from './sagemaker-endpoints.ts';

export interface Listed {
  readonly name: string;
  readonly arn: string;
  readonly createdAt: Date;
}

/** What this account and region hold of a kind, whoever made it. */
export interface SageMakerInventory {
  /** A page of 100 of those created before a moment, oldest first. A cursor expires: begin anew when it is refused. */
  page(
    kind: ResourceKind,
    query: { readonly before: Date; readonly cursor?: string | undefined },
  ): Promise<{ readonly items: readonly Listed[]; readonly next?: string | undefined }>;
  tags(arn: string): Promise<Readonly<Record<string, string>>>;
  /** What is not there is deleted already. @throws UnavailableError for an endpoint that is created or updated */
  remove(kind: ResourceKind, name: string): Promise<void>;
}

const PAGE = 100;

type Summaries = readonly { name?: string | undefined; arn?: string | undefined; at?: Date | undefined }[];

export function sageMakerInventory(
  client: SageMakerClient,
  scaling: Pick<EndpointScaling, 'remove'>,
): SageMakerInventory {
  const lists: Record<
    ResourceKind,
    (input: Parameters<typeof listInput>[0]) => Promise<{ found: Summaries; next?: string | undefined }>
  > = {
    async endpoint(query) {
      const { Endpoints = [], NextToken } = await client.send(new ListEndpointsCommand(listInput(query)));
      const found = Endpoints.map((e) => ({ name: e.EndpointName, arn: e.EndpointArn, at: e.CreationTime }));
      return { found, next: NextToken };
    },
    async 'endpoint-config'(query) {
      const { EndpointConfigs = [], NextToken } = await client.send(new ListEndpointConfigsCommand(listInput(query)));
      const found = EndpointConfigs.map((e) => ({
        name: e.EndpointConfigName,
        arn: e.EndpointConfigArn,
        at: e.CreationTime,
      }));
      return { found, next: NextToken };
    },
    async model(query) {
      const { Models = [], NextToken } = await client.send(new ListModelsCommand(listInput(query)));
      const found = Models.map((e) => ({ name: e.ModelName, arn: e.ModelArn, at: e.CreationTime }));
      return { found, next: NextToken };
    },
  };
  const removers: Record<ResourceKind, (name: string) => Promise<unknown>> = {
    endpoint: (EndpointName) => client.send(new DeleteEndpointCommand({ EndpointName })),
    'endpoint-config': (EndpointConfigName) => client.send(new DeleteEndpointConfigCommand({ EndpointConfigName })),
    model: (ModelName) => client.send(new DeleteModelCommand({ ModelName })),
  };
  return {
    async page(kind, query) {
      const { found, next } = await lists[kind](query);
      const items = found.flatMap(({ name, arn, at }) => (name && arn && at ? { name, arn, createdAt: at } : []));
      return { items, next };
    },
    async tags(ResourceArn) {
      // what is gone by now has no tags
      const found = await unlessAbsent(() => client.send(new ListTagsCommand({ ResourceArn })));
      return Object.fromEntries((found?.Tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? '']));
    },
    async remove(kind, name) {
      // what scales it would go on asking for it
      if (kind === 'endpoint') await scaling.remove(name);
      await unlessAbsent(() => removers[kind](name));
    },
  };
}

const listInput = ({ before, cursor }: { before: Date; cursor?: string | undefined }) => ({
  CreationTimeBefore: before,
  SortBy: 'CreationTime' as const,
  SortOrder: 'Ascending' as const,
  MaxResults: PAGE,
  ...(cursor === undefined ? {} : { NextToken: cursor }),
});
