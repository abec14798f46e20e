import { Stack, Token, Validations } from 'aws-cdk-lib';
import { type IGrantable, type Policy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';

export interface Allowance {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Why a wildcard in a resource is as narrow as it can be; needed exactly when there is one. */
  readonly because?: string;
}

/** Adds a statement to the grantee's policy. A wildcard must be argued for; the argument is recorded for cdk-nag on that role only. */
export function allow(grantee: IGrantable, allowance: Allowance): void {
  const principal = grantee.grantPrincipal;
  principal.addToPrincipalPolicy(statementOf(allowance));
  if (Construct.isConstruct(principal)) argue(principal, allowance);
}

/** The same in a policy of its own: for what a role may do with a resource that waits for the role's main policy. */
export function allowBy(policy: Policy, allowance: Allowance): void {
  policy.addStatements(statementOf(allowance));
  argue(policy, allowance);
}

const statementOf = ({ actions, resources, conditions }: Allowance): PolicyStatement =>
  new PolicyStatement({ actions: [...actions], resources: [...resources], conditions: { ...conditions } });

function argue(construct: Construct, { actions, resources, because }: Allowance): void {
  const stack = Stack.of(construct);
  const wild = resources.map((resource) => flatten(stack.resolve(resource))).filter((text) => text.includes('*'));
  if (wild.length > 0 !== (because !== undefined)) {
    throw new Error(
      `${construct.node.path}: ${actions.join(', ')} on ${wild.join(', ') || 'exact resources'} ${because ? 'needs no reason' : 'needs a reason'}`,
    );
  }
  for (const resource of wild) acknowledge(construct, `AwsSolutions-IAM5[Resource::${resource}]`, because ?? '');
}

/** Accepts one finding of cdk-nag on one resource. */
export function acknowledge(construct: Construct, id: string, reason: string): void {
  Validations.of(construct).acknowledge({ id, reason });
}

/** The form in which cdk-nag names a resource: `<LogicalId.Arn>/artifacts/*`. */
function flatten(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) throw new Error(`not a resource: ${String(value)}`);
  const node = value as { Ref?: string; 'Fn::GetAtt'?: [string, string]; 'Fn::Join'?: [string, unknown[]] };
  if (node.Ref) return `<${node.Ref}>`;
  if (node['Fn::GetAtt']) return `<${node['Fn::GetAtt'].join('.')}>`;
  if (node['Fn::Join']) return node['Fn::Join'][1].map(flatten).join(node['Fn::Join'][0]);
  throw new Error(`a resource in a form that cannot be named: ${JSON.stringify(value)} (${Token.asString(value)})`);
}
