import * as z from 'zod';
import { Decision, MonitorWindow } from '../../domain/registry/entities.ts';
import { type Command, EXIT_OK } from '../command.ts';
import { connect, pathTo, type RegistryClient } from '../registry-client.ts';
import { limitOf, listOf, listOptions, printList } from '../registry-lists.ts';

/** Of a column in a drift decision, what is shown here. */
const Drifted = z.looseObject({
  name: z.string(),
  status: z.string(),
  method: z.string(),
  effect: z.number().optional(),
  causes: z.array(z.string()),
  missingShare: z.number(),
  unseenShare: z.number(),
});
type Drifted = z.infer<typeof Drifted>;
const DriftNumbers = z.looseObject({ features: z.array(Drifted), prediction: Drifted });

type ShownWindow = MonitorWindow & { readonly reasons: readonly string[]; readonly drifted: readonly Drifted[] };

export const monitorShow: Command = {
  name: 'monitor show',
  summary: 'Show the monitored windows of a model with the features that drifted',
  usage: 'monitor show <model> [--limit <limit>]',
  options: listOptions,
  arguments: { min: 1, max: 1 },
  run: async (context) => {
    const [model = ''] = context.positionals;
    const client = connect(context);
    const path = pathTo('models', model, 'windows');
    const { items, more } = await client.get(path, listOf(MonitorWindow), { limit: limitOf(context.options) });
    const windows = await Promise.all(items.map((window) => withDrift(client, window)));
    printList(
      context,
      { items: windows, more },
      [
        { title: 'FROM', cell: ({ windowStart }) => minute(windowStart) },
        { title: 'TO', cell: ({ windowEnd }) => minute(windowEnd) },
        { title: 'STATUS', cell: ({ status }) => status },
        { title: 'ROWS', cell: ({ rows }) => rows },
        { title: 'VERSION', cell: ({ version }) => version },
        { title: 'REVISION', cell: ({ revision }) => revision },
        { title: 'DRIFTED', cell: ({ drifted }) => drifted.map(summary).join(', ') || undefined },
      ],
      `no window of ${model} was monitored yet`,
    );
    return EXIT_OK;
  },
};

/** Only a breached window has columns to name: the others cost no call. */
async function withDrift(client: RegistryClient, window: MonitorWindow): Promise<ShownWindow> {
  if (!window.breached) return { ...window, reasons: [], drifted: [] };
  const { reasons, numbers } = await client.get(
    pathTo('models', window.model, 'decisions', window.decisionId),
    Decision,
  );
  const { features, prediction } = DriftNumbers.parse(numbers);
  const drifted = [...features, prediction].filter(({ status }) => status === 'alarm');
  return { ...window, reasons, drifted };
}

const minute = (instant: string): string => instant.slice(0, 16).replace('T', ' ');
const percent = (share: number): string => `${Number((100 * share).toPrecision(2))} %`;

/** `distance (psi 0.41)`, `carrier (missing 20 %)` */
function summary({ name, causes, method, effect, missingShare, unseenShare }: Drifted): string {
  const said: Record<string, string> = {
    distribution: `${method} ${Number((effect ?? 0).toPrecision(2))}`,
    missing: `missing ${percent(missingShare)}`,
    unseen: `unseen ${percent(unseenShare)}`,
  };
  return `${name} (${causes.map((cause) => said[cause] ?? cause).join(', ')})`;
}
