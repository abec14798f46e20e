import * as z from 'zod';
import { Alias, MonitorWindow, RegisteredModel, Traffic, TrainingRun } from '../../domain/registry/entities.ts';
import { type Command, EXIT_OK } from '../command.ts';
import { sections } from '../format.ts';
import { apiOptions, connect, pathTo } from '../registry-client.ts';
import { listOf } from '../registry-lists.ts';
import { waitsFor } from '../waiting.ts';

const Shown = RegisteredModel.extend({ aliases: z.array(Alias), traffic: Traffic.optional() });

export const modelsShow: Command = {
  name: 'models show',
  summary: 'Show a model: what serves, who got how much traffic, how the last run and window went',
  usage: 'models show <model>',
  options: apiOptions,
  arguments: { min: 1, max: 1 },
  run: async (context) => {
    const [name = ''] = context.positionals;
    const client = connect(context);
    const [{ aliases, traffic, ...model }, runs, windows] = await Promise.all([
      client.get(pathTo('models', name), Shown),
      client.get(pathTo('models', name, 'runs'), listOf(TrainingRun), { limit: 1 }),
      client.get(pathTo('models', name, 'windows'), listOf(MonitorWindow), { limit: 1 }),
    ]);
    const [run] = runs.items;
    const [window] = windows.items;
    const text = sections(model, {
      aliases:
        aliases.length > 0 ? Object.fromEntries(aliases.map(({ alias, version }) => [alias, version])) : undefined,
      traffic: traffic && {
        ...(traffic.rolloutId ? { rollout: traffic.rolloutId } : {}),
        routes: traffic.routes.map(({ version, weight, target }) => ({
          version,
          share: `${Number((weight * 100).toFixed(2))}%`,
          target: target.kind === 'endpoint' ? target.endpointName : 'lambda',
        })),
      },
      lastRun: run && {
        runId: run.runId,
        status: run.status,
        waitsFor: await waitsFor(client, run),
        startedAt: run.startedAt,
        trigger: run.trigger.reason,
      },
      lastWindow: window && { from: window.windowStart, status: window.status, rows: window.rows },
    });
    context.print({ ...model, aliases, traffic, lastRun: run, lastWindow: window }, text);
    return EXIT_OK;
  },
};
