import * as z from 'zod';
import { type Command, EXIT_OK } from '../command.ts';
import { apiOptions, connect, pathTo } from '../registry-client.ts';
import { requireReason, versionNumber } from '../registry-lists.ts';

const Answered = z.object({
  model: z.string(),
  version: z.number().int(),
  approvalStatus: z.string(),
  resumed: z.boolean(),
});

export const approve: Command = {
  name: 'approve',
  summary: 'Approve or deny a version that waits for it',
  usage: 'approve <model> <version> --reason <reason> [--deny]',
  options: { ...apiOptions, reason: { type: 'string', short: 'r' }, deny: { type: 'boolean' } },
  arguments: { min: 2, max: 2 },
  run: async (context) => {
    const [model = '', version = ''] = context.positionals;
    const body = { approved: context.options.deny !== true, reason: requireReason(context, approve.usage) };
    const path = pathTo('models', model, 'versions', versionNumber(version), 'approval');
    const answered = await connect(context).post(path, body, Answered);
    const goesOn = body.approved ? 'its run goes on to the rollout' : 'its run ends without a rollout';
    const rollOut = body.approved ? `; to deploy it: millrace rollout start ${model} ${version}` : '';
    const next = answered.resumed ? goesOn : `no run was waiting for the answer${rollOut}`;
    context.print(answered, `${model}:${version} is ${answered.approvalStatus}; ${next}`);
    return EXIT_OK;
  },
};
