import { Decision, DecisionKind } from '../../domain/registry/entities.ts';
import { type Command, EXIT_OK, UsageError } from '../command.ts';
import { firstLine, relativeTime } from '../format.ts';
import { connect, pathTo } from '../registry-client.ts';
import { limitOf, listOf, listOptions, printList } from '../registry-lists.ts';

const KINDS = DecisionKind.options.join('|');

export const decisions: Command = {
  name: 'decisions',
  summary: 'List what was decided about a model, and why',
  usage: `decisions <model> [--kind <${KINDS}>] [--limit <limit>]`,
  options: { ...listOptions, kind: { type: 'string' } },
  arguments: { min: 1, max: 1 },
  run: async (context) => {
    const { options, positionals } = context;
    const [model = ''] = positionals;
    const kind = DecisionKind.optional().safeParse(options.kind);
    if (!kind.success) throw new UsageError(`--kind must be one of ${KINDS}, got ${options.kind}`);
    const query = { limit: limitOf(options), ...(kind.data ? { kind: kind.data } : {}) };
    const page = await connect(context).get(pathTo('models', model, 'decisions'), listOf(Decision), query);
    const now = new Date();
    const columns = [
      { title: 'DECISION', cell: ({ decisionId }: Decision) => decisionId },
      { title: 'KIND', cell: ({ kind }: Decision) => kind },
      { title: 'OUTCOME', cell: ({ outcome }: Decision) => outcome },
      { title: 'DECIDED', cell: ({ at }: Decision) => relativeTime(at, now) },
      { title: 'WHY', cell: ({ reasons }: Decision) => firstLine(reasons[0], 80) },
    ];
    printList(context, page, columns, `nothing has been decided about ${model} yet`);
    return EXIT_OK;
  },
};
