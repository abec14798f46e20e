import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { STUB_CODE_CONTEXT } from '../lib/function-code.ts';
import { costTable, idleCost } from '../lib/idle-cost.ts';
import { MillraceStack } from '../lib/index.ts';

// what functions do costs nothing at rest, so their code is left out
const app = new App({ analyticsReporting: false, context: { [STUB_CODE_CONTEXT]: true } });
const template = Template.fromStack(new MillraceStack(app, 'Millrace'));
process.stdout.write(`${costTable(idleCost(template.toJSON()))}\n`);
