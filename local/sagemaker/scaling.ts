import { canonicalDigest } from '../../domain/canonical-json.ts';
import { type Context, epochSeconds } from './context.ts';
import { pick } from './describe.ts';
import { AwsError, validationException } from './protocol.ts';
import type { ProductionVariant } from './schemas/hosting.ts';
import type {
  DeregisterScalableTargetRequest,
  DescribeRequest,
  PutScalingPolicyRequest,
  RegisterScalableTargetRequest,
  Scaled,
} from './schemas/scaling.ts';
import type { StoredResource } from './store.ts';

interface ScalableTarget extends StoredResource, RegisterScalableTargetRequest {
  ScalableTargetARN: string;
}

interface ScalingPolicy extends StoredResource, PutScalingPolicyRequest {
  PolicyARN: string;
}

/** What can be scaled of an endpoint; undefined if there is none of that name. */
export type ScalableOf = (
  endpoint: string,
) => { readonly variants: readonly ProductionVariant[]; readonly async: boolean } | undefined;

const SERVERLESS = 'sagemaker:variant:DesiredProvisionedConcurrency';

/** Application Auto Scaling for endpoints: targets and policies are kept and described; nothing is ever scaled by them. */
export class Scaling {
  readonly #context: Context;
  readonly #scalableOf: ScalableOf;

  constructor(context: Context, scalableOf: ScalableOf) {
    this.#context = context;
    this.#scalableOf = scalableOf;
  }

  register(request: RegisterScalableTargetRequest): { ScalableTargetARN: string } {
    const { variant, async } = this.#variant(request);
    const serverless = variant.ServerlessConfig !== undefined;
    if (serverless !== (request.ScalableDimension === SERVERLESS))
      throw validationException(
        `The scalable dimension ${request.ScalableDimension} is not that of a ${serverless ? 'serverless' : 'provisioned'} variant`,
      );
    if (request.MinCapacity === 0 && !async)
      throw validationException('MinCapacity must be at least 1 for an endpoint without asynchronous inference');
    const known = this.#context.store.get<ScalableTarget>('scalable-target', keyOf(request));
    const target: ScalableTarget = {
      ...request,
      name: keyOf(request),
      ScalableTargetARN: this.#arn(`scalable-target/${keyOf(request)}`),
      CreationTime: known?.CreationTime ?? epochSeconds(this.#context),
    };
    this.#context.store.put('scalable-target', target);
    return pick(target, 'ScalableTargetARN');
  }

  putPolicy(request: PutScalingPolicyRequest): { PolicyARN: string; Alarms: [] } {
    const target = this.#target(request);
    const name = canonicalDigest([keyOf(request), request.PolicyName]).slice(0, 32);
    const known = this.#context.store.get<ScalingPolicy>('scaling-policy', name);
    const policy: ScalingPolicy = {
      ...request,
      name,
      PolicyARN: this.#arn(
        `scalingPolicy:${target.name}:resource/sagemaker/${request.ResourceId}:${request.PolicyName}`,
      ),
      CreationTime: known?.CreationTime ?? epochSeconds(this.#context),
    };
    this.#context.store.put('scaling-policy', policy);
    // those of target tracking would be CloudWatch's, of metrics that nobody writes here
    return { PolicyARN: policy.PolicyARN, Alarms: [] };
  }

  describeTargets({ ResourceIds, ScalableDimension }: DescribeRequest): unknown {
    const ScalableTargets = this.#context.store
      .list<ScalableTarget>('scalable-target')
      .filter((target) => ResourceIds === undefined || ResourceIds.includes(target.ResourceId))
      .filter((target) => ScalableDimension === undefined || ScalableDimension === target.ScalableDimension)
      .map(({ name: _, ...target }) => ({ ...target, RoleARN: this.#role() }));
    return { ScalableTargets };
  }

  describePolicies({ ResourceIds, ResourceId, ScalableDimension }: DescribeRequest): unknown {
    const wanted = ResourceIds ?? (ResourceId === undefined ? undefined : [ResourceId]);
    const ScalingPolicies = this.#context.store
      .list<ScalingPolicy>('scaling-policy')
      .filter((policy) => wanted === undefined || wanted.includes(policy.ResourceId))
      .filter((policy) => ScalableDimension === undefined || ScalableDimension === policy.ScalableDimension)
      .map(({ name: _, ...policy }) => ({ ...policy, Alarms: [] }));
    return { ScalingPolicies };
  }

  deregister(request: DeregisterScalableTargetRequest): object {
    this.#drop(this.#target(request));
    return {};
  }

  /** What SageMaker does itself when an endpoint is deleted. */
  endpointDeleted(endpoint: string): void {
    for (const target of this.#context.store.list<ScalableTarget>('scalable-target'))
      if (target.ResourceId.split('/')[1] === endpoint) this.#drop(target);
  }

  #drop(target: ScalableTarget): void {
    for (const policy of this.#context.store.list<ScalingPolicy>('scaling-policy'))
      if (keyOf(policy) === target.name) this.#context.store.delete('scaling-policy', policy.name);
    this.#context.store.delete('scalable-target', target.name);
  }

  #target(request: Scaled): ScalableTarget {
    const target = this.#context.store.get<ScalableTarget>('scalable-target', keyOf(request));
    if (target) return target;
    throw new AwsError(
      'ObjectNotFoundException',
      `No scalable target found for service namespace: sagemaker, resource ID: ${request.ResourceId}, scalable dimension: ${request.ScalableDimension}`,
    );
  }

  #variant({ ResourceId }: Scaled): { variant: ProductionVariant; async: boolean } {
    const [, endpoint = '', , name] = ResourceId.split('/');
    const { variants = [], async = false } = this.#scalableOf(endpoint) ?? {};
    const variant = variants.find(({ VariantName }) => VariantName === name);
    if (!variant) throw validationException(`Could not find endpoint or variant: ${ResourceId}`);
    return { variant, async };
  }

  #arn(rest: string): string {
    const { region, accountId } = this.#context;
    return `arn:aws:${rest.startsWith('scalingPolicy') ? 'autoscaling' : 'application-autoscaling'}:${region}:${accountId}:${rest}`;
  }

  #role(): string {
    return `arn:aws:iam::${this.#context.accountId}:role/aws-service-role/sagemaker.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint`;
  }
}

/** A target is one resource and dimension; the key is a file's name too. */
const keyOf = ({ ResourceId, ScalableDimension }: Scaled): string =>
  canonicalDigest([ResourceId, ScalableDimension]).slice(0, 32);
