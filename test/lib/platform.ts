import { App, type StackProps } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { STUB_CODE_CONTEXT } from '../../lib/function-code.ts';
import { type MillraceProps, MillraceStack } from '../../lib/index.ts';

/** The stack with every function's code left out, so that a template is there in a second. */
export function aStack(props: MillraceProps & StackProps = {}): MillraceStack {
  const app = new App({ analyticsReporting: false, context: { [STUB_CODE_CONTEXT]: true } });
  return new MillraceStack(app, 'Millrace', props);
}

export const aTemplate = (props?: MillraceProps & StackProps): Template => Template.fromStack(aStack(props));

export interface Resource {
  readonly Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: templates are untyped JSON
  readonly Properties: any;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

export interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

export const list = <T>(value: T | T[]): T[] => (Array.isArray(value) ? value : [value]);

/** @returns resources of a type by logical id */
export const resourcesOf = (template: Template, type: string): [string, Resource][] =>
  Object.entries(template.findResources(type)) as unknown as [string, Resource][];

/** @returns what the role of this function (or construct) is allowed and denied; ids start with `Millrace<Construct…>` */
export function statementsOf(template: Template, rolePrefix: string): Statement[] {
  return resourcesOf(template, 'AWS::IAM::Policy')
    .filter(([, { Properties }]) =>
      Properties.Roles.some(({ Ref }: { Ref: string }) => Ref.replace(/Role[0-9A-F]{8}$/, '') === rolePrefix),
    )
    .flatMap(([, policy]) => policy.Properties.PolicyDocument.Statement as Statement[]);
}

/** @returns the actions allowed, sorted, without repeats */
export function allowedActions(template: Template, rolePrefix: string, service = ''): string[] {
  const actions = statementsOf(template, rolePrefix)
    .filter(({ Effect }) => Effect === 'Allow')
    .flatMap(({ Action }) => list(Action));
  return [...new Set(actions)].filter((action) => action.startsWith(service)).sort();
}
