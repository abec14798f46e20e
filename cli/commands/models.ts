import * as z from 'zod';
import { MonitorWindow, RegisteredModel } from '../../domain/registry/entities.ts';
import { type Command, EXIT_OK } from '../command.ts';
import { relativeTime } from '../format.ts';
import { statusText } from '../monitor-text.ts';
import { connect } from '../registry-client.ts';
import { limitOf, listOf, listOptions, printList } from '../registry-lists.ts';

const ListedModel = RegisteredModel.extend({ champion: z.number().int().optional() });

export const models: Command = {
  name: 'models',
  summary: 'List the registered models',
  usage: 'models [--limit <limit>]',
  options: listOptions,
  run: async (context) => {
    const limit = limitOf(context.options);
    const client = connect(context);
    // both by name, so that the newest windows of these models are among as many
    const [page, monitors] = await Promise.all([
      client.get('models', listOf(ListedModel), { limit }),
      client.get('monitors', listOf(MonitorWindow), { limit }),
    ]);
    const monitored = new Map(monitors.items.map(({ model, status }) => [model, status]));
    const items = page.items.map((model) => ({ ...model, monitor: monitored.get(model.name) }));
    const now = new Date();
    const columns = [
      { title: 'MODEL', cell: (model: z.infer<typeof ListedModel>) => model.name },
      { title: 'TASK', cell: (model: RegisteredModel) => model.task },
      { title: 'SPEC', cell: (model: RegisteredModel) => model.specVersion },
      { title: 'CHAMPION', cell: (model: z.infer<typeof ListedModel>) => model.champion },
      { title: 'MONITOR', cell: ({ monitor }: (typeof items)[number]) => monitor && statusText(monitor) },
      { title: 'UPDATED', cell: (model: RegisteredModel) => relativeTime(model.updatedAt, now) },
    ];
    printList(context, { ...page, items }, columns, 'no models yet: millrace spec apply <file> registers one');
    return EXIT_OK;
  },
};
