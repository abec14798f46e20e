import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { AsyncEndpoint } from './async-queues.ts';
import { arn, type Context, epochSeconds } from './context.ts';
import { failureReason, pick } from './describe.ts';
import { EndpointVariant } from './endpoint-variant.ts';
import { type ListInput, listPage } from './listing.ts';
import type { Model, Models } from './models.ts';
import { resourceLimitExceeded, validationException } from './protocol.ts';
import type { Tag } from './schemas/common.ts';
import type { AsyncInferenceConfig, EndpointStatus, ProductionVariant } from './schemas/hosting.ts';
import type { StoredResource } from './store.ts';
import type { Tagging } from './tags.ts';

const KIND = 'endpoint';

/** An endpoint keeps a copy of its configuration and models, which may be deleted while it serves. */
interface Endpoint extends StoredResource {
  EndpointName: string;
  EndpointArn: string;
  EndpointConfigName: string;
  EndpointStatus: EndpointStatus;
  FailureReason?: string;
  LastModifiedTime: number;
  AsyncInferenceConfig?: AsyncInferenceConfig;
  variants: Array<{ variant: ProductionVariant; model: Model }>;
}

/** Events spell the states in upper case. */
const EVENT_STATUS: Record<EndpointStatus, string> = {
  Creating: 'CREATING',
  InService: 'IN_SERVICE',
  Deleting: 'DELETING',
  Failed: 'FAILED',
  OutOfService: 'OUT_OF_SERVICE',
  Updating: 'UPDATING',
};

export class Endpoints {
  readonly #context: Context;
  readonly #tags: Tagging;
  readonly #models: Models;
  readonly #serving = new Map<string, EndpointVariant[]>();
  readonly #underway = new Set<Promise<void>>();
  readonly #removed: Array<(name: string) => void> = [];

  constructor(context: Context, tags: Tagging, models: Models) {
    this.#context = context;
    this.#tags = tags;
    this.#models = models;
  }

  create(request: { EndpointName: string; EndpointConfigName: string; Tags?: Tag[] | undefined }): {
    EndpointArn: string;
  } {
    const { EndpointName, EndpointConfigName } = request;
    const EndpointArn = arn(this.#context, KIND, EndpointName);
    if (this.#context.store.get(KIND, EndpointName)) {
      throw validationException(`Cannot create already existing endpoint "${EndpointArn}".`);
    }
    const config = this.#models.config(EndpointConfigName);
    const variants = config.ProductionVariants.map((variant) => ({
      variant,
      model: this.#models.model(variant.ModelName),
    }));
    const { endpoints } = this.#context.limits;
    const inUse = this.#context.store.list(KIND).length;
    if (inUse >= endpoints) {
      throw resourceLimitExceeded(
        `The account-level service limit 'Number of endpoints' is ${endpoints}, with current utilization of ${inUse} and a request delta of 1.`,
      );
    }
    const now = epochSeconds(this.#context);
    const endpoint: Endpoint = {
      name: EndpointName,
      EndpointName,
      EndpointArn,
      EndpointConfigName,
      EndpointStatus: 'Creating',
      CreationTime: now,
      LastModifiedTime: now,
      ...(config.AsyncInferenceConfig ? { AsyncInferenceConfig: config.AsyncInferenceConfig } : {}),
      variants,
    };
    this.#tags.set(EndpointArn, request.Tags);
    this.#move(endpoint, 'Creating');
    this.#track(this.#start(endpoint));
    return { EndpointArn };
  }

  describe(name: string): unknown {
    const { variants, name: _, ...endpoint } = this.#find(name);
    if (endpoint.EndpointStatus !== 'InService') return endpoint;
    return {
      ...endpoint,
      ProductionVariants: variants.map(({ variant, model }) => describeVariant(variant, model, endpoint)),
    };
  }

  list(input: ListInput): unknown {
    const endpoints = this.#context.store.list<Endpoint>(KIND);
    const { items, ...token } = listPage(endpoints, input, (endpoint) => endpoint.EndpointStatus);
    const summaries = items.map((endpoint) =>
      pick(endpoint, 'EndpointName', 'EndpointArn', 'CreationTime', 'LastModifiedTime', 'EndpointStatus'),
    );
    return { Endpoints: summaries, ...token };
  }

  delete(name: string): void {
    const endpoint = this.#find(name);
    if (endpoint.EndpointStatus !== 'InService' && endpoint.EndpointStatus !== 'Failed') {
      throw validationException(`Cannot update in-progress endpoint "${endpoint.EndpointArn}".`);
    }
    this.#move(endpoint, 'Deleting');
    this.#track(this.#remove(endpoint));
  }

  /** What can be scaled of an endpoint that is there and not on its way out. */
  scalable(name: string): { readonly variants: readonly ProductionVariant[]; readonly async: boolean } | undefined {
    const endpoint = this.#context.store.get<Endpoint>(KIND, name);
    if (!endpoint || endpoint.EndpointStatus === 'Deleting') return undefined;
    const variants = endpoint.variants.map(({ variant }) => variant);
    return { variants, async: endpoint.AsyncInferenceConfig !== undefined };
  }

  /** The variants of an endpoint that is in service. */
  inService(name: string): readonly EndpointVariant[] | undefined {
    const endpoint = this.#context.store.get<Endpoint>(KIND, name);
    return endpoint?.EndpointStatus === 'InService' ? this.#variantsOf(endpoint) : undefined;
  }

  /** What works off the queue of an endpoint that is in service; undefined for one that answers at once. */
  asynchronous(name: string): AsyncEndpoint | undefined {
    const variants = this.inService(name);
    const endpoint = this.#context.store.get<Endpoint>(KIND, name);
    if (!variants || !endpoint?.AsyncInferenceConfig) return undefined;
    const instances = endpoint.variants.reduce((sum, { variant }) => sum + (variant.InitialInstanceCount ?? 0), 0);
    return { config: endpoint.AsyncInferenceConfig, variants, instances };
  }

  /** Told of each endpoint that is gone. */
  onRemoved(listener: (name: string) => void): void {
    this.#removed.push(listener);
  }

  /** Endpoints in service start their containers again at their first invocation; unfinished work is done over. */
  recover(): void {
    for (const endpoint of this.#context.store.list<Endpoint>(KIND)) {
      if (endpoint.EndpointStatus === 'Creating') this.#track(this.#start(endpoint));
      if (endpoint.EndpointStatus === 'Deleting') this.#track(this.#remove(endpoint));
    }
  }

  async shutdown(): Promise<void> {
    await Promise.all([...this.#serving.values()].flat().map((variant) => variant.stop()));
    await Promise.all(this.#underway);
  }

  async #start(endpoint: Endpoint): Promise<void> {
    const variants = this.#variantsOf(endpoint);
    try {
      const fault = this.#context.faults.failEndpointCreation?.(endpoint.name);
      if (fault !== undefined) throw new Error(fault);
      await Promise.all(variants.map((variant) => variant.ensure()));
      this.#move(endpoint, 'InService');
    } catch (error) {
      const stopping = variants.some((variant) => variant.stopped);
      await Promise.all(variants.map((variant) => variant.stop()));
      // the platform is stopping: the next start creates the endpoint again
      if (stopping) return;
      this.#serving.delete(endpoint.name);
      endpoint.FailureReason = failureReason(error instanceof Error ? error.message : String(error));
      this.#move(endpoint, 'Failed');
      this.#context.log(`endpoint ${endpoint.name} failed: ${endpoint.FailureReason}`);
    }
  }

  async #remove(endpoint: Endpoint): Promise<void> {
    const variants = this.#serving.get(endpoint.name) ?? [];
    this.#serving.delete(endpoint.name);
    await Promise.all(variants.map((variant) => variant.stop()));
    rmSync(this.#folder(endpoint), { recursive: true, force: true });
    this.#tags.drop(endpoint.EndpointArn);
    this.#context.store.delete(KIND, endpoint.name);
    for (const tell of this.#removed) tell(endpoint.name);
  }

  #variantsOf(endpoint: Endpoint): readonly EndpointVariant[] {
    const known = this.#serving.get(endpoint.name);
    if (known) return known;
    const variants = endpoint.variants.map(
      ({ variant, model }) =>
        new EndpointVariant(this.#context, variant, model, join(this.#folder(endpoint), variant.VariantName)),
    );
    this.#serving.set(endpoint.name, variants);
    return variants;
  }

  #folder(endpoint: Endpoint): string {
    return join(this.#context.stateDir, 'endpoint-files', endpoint.name);
  }

  #move(endpoint: Endpoint, status: EndpointStatus): void {
    endpoint.EndpointStatus = status;
    endpoint.LastModifiedTime = epochSeconds(this.#context);
    this.#context.store.put(KIND, endpoint);
    const detail = pick(
      endpoint,
      'EndpointName',
      'EndpointArn',
      'EndpointConfigName',
      'FailureReason',
      'CreationTime',
      'LastModifiedTime',
    );
    const ProductionVariants = endpoint.variants.map(({ variant }) => ({
      VariantName: variant.VariantName,
      DesiredWeight: variant.InitialVariantWeight ?? 1,
      ...(variant.ServerlessConfig ? {} : { DesiredInstanceCount: variant.InitialInstanceCount }),
    }));
    this.#context.events.publish(KIND, endpoint.EndpointArn, {
      ...detail,
      ProductionVariants,
      EndpointStatus: EVENT_STATUS[status],
    });
  }

  #track(work: Promise<void>): void {
    const logged = work.catch((error: unknown) => this.#context.log(`endpoint work failed: ${String(error)}`));
    this.#underway.add(logged);
    void logged.finally(() => this.#underway.delete(logged));
  }

  #find(name: string): Endpoint {
    const endpoint = this.#context.store.get<Endpoint>(KIND, name);
    if (!endpoint) throw validationException(`Could not find endpoint "${arn(this.#context, KIND, name)}".`);
    return endpoint;
  }
}

function describeVariant(
  variant: ProductionVariant,
  model: Model,
  { LastModifiedTime }: Pick<Endpoint, 'LastModifiedTime'>,
): unknown {
  const weight = variant.InitialVariantWeight ?? 1;
  const image = model.PrimaryContainer.Image;
  const { ServerlessConfig, InitialInstanceCount } = variant;
  return {
    VariantName: variant.VariantName,
    DeployedImages: [{ SpecifiedImage: image, ResolvedImage: image, ResolutionTime: LastModifiedTime }],
    CurrentWeight: weight,
    DesiredWeight: weight,
    ...(ServerlessConfig
      ? {
          CurrentInstanceCount: 0,
          CurrentServerlessConfig: ServerlessConfig,
          DesiredServerlessConfig: ServerlessConfig,
        }
      : { CurrentInstanceCount: InitialInstanceCount, DesiredInstanceCount: InitialInstanceCount }),
  };
}
