/** A stack as DescribeStacks gives it. */
export interface Stack {
  readonly status: string;
  readonly outputs: Readonly<Record<string, string>>;
}

const ENTITIES: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function text(xml: string, tag: string): string | undefined {
  const value = new RegExp(`<${tag}>([^<]*)</${tag}>`).exec(xml)?.[1];
  return value?.replace(/&(lt|gt|amp|quot|apos);/g, (_, name: string) => ENTITIES[name] ?? '');
}

/** Asks CloudFormation at `endpoint` for one stack. @returns undefined if there is no such stack */
export async function describeStack(endpoint: string, region: string, stackName: string): Promise<Stack | undefined> {
  const answer = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      // MiniStack reads the service out of the scope and does not check the signature
      authorization: `AWS4-HMAC-SHA256 Credential=test/20200101/${region}/cloudformation/aws4_request, SignedHeaders=host, Signature=0`,
    },
    body: new URLSearchParams({ Action: 'DescribeStacks', Version: '2010-05-15', StackName: stackName }),
  });
  const xml = await answer.text();
  const status = text(xml, 'StackStatus');
  if (!answer.ok || status === undefined) return undefined;
  const outputs = [...xml.matchAll(/<OutputKey>[\s\S]*?<\/OutputValue>/g)].map(([pair]) => [
    text(pair, 'OutputKey') ?? '',
    text(pair, 'OutputValue') ?? '',
  ]);
  return { status, outputs: Object.fromEntries(outputs) };
}

/** Whether a stack in this state is in use as last deployed. */
export function isDeployed(status: string): boolean {
  return status === 'CREATE_COMPLETE' || status === 'UPDATE_COMPLETE' || status === 'IMPORT_COMPLETE';
}
