import { arn, type Context, epochSeconds } from './context.ts';
import { toDescription } from './describe.ts';
import { resolveImage } from './images.ts';
import { type ListInput, listPage } from './listing.ts';
import { validationException } from './protocol.ts';
import type { CreateEndpointConfigRequest, CreateModelRequest } from './schemas/hosting.ts';
import type { StoredResource } from './store.ts';
import type { Tagging } from './tags.ts';

export interface Model extends StoredResource, Omit<CreateModelRequest, 'Tags'> {
  ModelArn: string;
}

export interface EndpointConfig extends StoredResource, Omit<CreateEndpointConfigRequest, 'Tags'> {
  EndpointConfigArn: string;
}

/** The model and endpoint configuration operations: documents only, nothing runs. */
export class Models {
  readonly #context: Context;
  readonly #tags: Tagging;

  constructor(context: Context, tags: Tagging) {
    this.#context = context;
    this.#tags = tags;
  }

  createModel({ Tags, ...request }: CreateModelRequest): { ModelArn: string } {
    resolveImage(request.PrimaryContainer.Image, request.PrimaryContainer.Environment);
    const ModelArn = arn(this.#context, 'model', request.ModelName);
    if (this.#context.store.get('model', request.ModelName)) {
      throw validationException(`Cannot create already existing model "${ModelArn}".`);
    }
    const model: Model = { ...request, name: request.ModelName, ModelArn, CreationTime: epochSeconds(this.#context) };
    this.#context.store.put('model', model);
    this.#tags.set(ModelArn, Tags);
    return { ModelArn };
  }

  describeModel(name: string): Omit<Model, 'name'> {
    return toDescription(this.model(name));
  }

  listModels(input: ListInput): unknown {
    const { items, ...token } = listPage(this.#context.store.list<Model>('model'), input, () => '');
    const summaries = items.map(({ ModelName, ModelArn, CreationTime }) => ({ ModelName, ModelArn, CreationTime }));
    return { Models: summaries, ...token };
  }

  deleteModel(name: string): void {
    this.#tags.drop(this.model(name).ModelArn);
    this.#context.store.delete('model', name);
  }

  model(name: string): Model {
    const model = this.#context.store.get<Model>('model', name);
    if (!model) throw validationException(`Could not find model "${arn(this.#context, 'model', name)}".`);
    return model;
  }

  createConfig({ Tags, ...request }: CreateEndpointConfigRequest): { EndpointConfigArn: string } {
    const name = request.EndpointConfigName;
    const EndpointConfigArn = arn(this.#context, 'endpoint-config', name);
    if (this.#context.store.get('endpoint-config', name)) {
      throw validationException(`Cannot create already existing endpoint configuration "${EndpointConfigArn}".`);
    }
    const names = request.ProductionVariants.map(({ VariantName }) => VariantName);
    if (new Set(names).size < names.length) throw validationException('Production variant names must be unique.');
    for (const { ModelName } of request.ProductionVariants) this.model(ModelName);
    const config: EndpointConfig = { ...request, name, EndpointConfigArn, CreationTime: epochSeconds(this.#context) };
    this.#context.store.put('endpoint-config', config);
    this.#tags.set(EndpointConfigArn, Tags);
    return { EndpointConfigArn };
  }

  describeConfig(name: string): Omit<EndpointConfig, 'name'> {
    return toDescription(this.config(name));
  }

  listConfigs(input: ListInput): unknown {
    const configs = this.#context.store.list<EndpointConfig>('endpoint-config');
    const { items, ...token } = listPage(configs, input, () => '');
    const EndpointConfigs = items.map(({ EndpointConfigName, EndpointConfigArn, CreationTime }) => ({
      EndpointConfigName,
      EndpointConfigArn,
      CreationTime,
    }));
    return { EndpointConfigs, ...token };
  }

  deleteConfig(name: string): void {
    this.#tags.drop(this.config(name).EndpointConfigArn);
    this.#context.store.delete('endpoint-config', name);
  }

  config(name: string): EndpointConfig {
    const config = this.#context.store.get<EndpointConfig>('endpoint-config', name);
    if (config) return config;
    throw validationException(
      `Could not find endpoint configuration "${arn(this.#context, 'endpoint-config', name)}".`,
    );
  }
}
