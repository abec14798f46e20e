import * as z from 'zod';
import { Alias, Traffic } from '../../domain/registry/entities.ts';
import { type Command, EXIT_OK } from '../command.ts';
import { apiOptions, connect, pathTo } from '../registry-client.ts';
import { requireReason } from '../registry-lists.ts';

const RolledBack = z.object({ champion: Alias, traffic: Traffic });

export const rollback: Command = {
  name: 'rollback',
  summary: 'Give all traffic back to the version that served before',
  usage: 'rollback <model> --reason <reason>',
  options: { ...apiOptions, reason: { type: 'string', short: 'r' } },
  arguments: { min: 1, max: 1 },
  run: async (context) => {
    const [model = ''] = context.positionals;
    const reason = requireReason(context, rollback.usage);
    const back = await connect(context).post(pathTo('models', model, 'rollback'), { reason }, RolledBack);
    context.print(back, `${model}:${back.champion.version} is the champion again and has all traffic`);
    return EXIT_OK;
  },
};
