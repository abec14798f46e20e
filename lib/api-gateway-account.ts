import { RemovalPolicy } from 'aws-cdk-lib';
import { CfnAccount } from 'aws-cdk-lib/aws-apigateway';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { allow } from './allow.ts';
import { arnHere } from './model-registry.ts';

/**
 * The one setting per account and region that names the role API Gateway logs with. It outlives the stack, as other APIs
 * may have come to rely on it.
 */
export class ApiGatewayAccount extends Construct {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    const role = new Role(this, 'LogRole', { assumedBy: new ServicePrincipal('apigateway.amazonaws.com') });
    role.applyRemovalPolicy(RemovalPolicy.RETAIN);
    allow(role, {
      actions: [
        'logs:CreateLogGroup',
        'logs:CreateLogStream',
        'logs:DescribeLogGroups',
        'logs:DescribeLogStreams',
        'logs:PutLogEvents',
        'logs:GetLogEvents',
        'logs:FilterLogEvents',
      ],
      resources: [arnHere('logs', '*')],
      because: 'the role logs for every API of the account; API Gateway checks that it may do all of these',
    });
    const account = new CfnAccount(this, 'Account', { cloudWatchRoleArn: role.roleArn });
    account.applyRemovalPolicy(RemovalPolicy.RETAIN);
    account.node.addDependency(role);
  }
}
