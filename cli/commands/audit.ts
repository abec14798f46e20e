import * as z from 'zod';
import { verifyAudit } from '../../domain/registry/audit.ts';
import { AuditEvent } from '../../domain/registry/entities.ts';
import { type Command, EXIT_FAILED, EXIT_OK } from '../command.ts';
import { relativeTime, shortDigest } from '../format.ts';
import { apiOptions, connect, pathTo, type RegistryClient } from '../registry-client.ts';
import { listOf } from '../registry-lists.ts';
import { table } from '../table.ts';

const AuditPage = listOf(AuditEvent).extend({ head: z.object({ seq: z.number().int(), hash: z.string() }) });
const PAGE = 1_000;

/** Reads to the end; the last page is empty, so that its head is the head of what was read. */
async function readTrail(client: RegistryClient, model: string) {
  const events: AuditEvent[] = [];
  for (;;) {
    const query = { limit: PAGE, after: events.at(-1)?.seq ?? 0 };
    const { items, head } = await client.get(pathTo('models', model, 'audit'), AuditPage, query);
    if (items.length === 0) return { events, head };
    events.push(...items);
  }
}

export const audit: Command = {
  name: 'audit',
  summary: 'Show who changed what of a model, or check that nobody tampered with it',
  usage: 'audit <model> [--verify]',
  details: 'With --verify the whole chain is replayed here; exit code 1 and the first broken link if it does not hold.',
  options: { ...apiOptions, verify: { type: 'boolean' } },
  arguments: { min: 1, max: 1 },
  run: async (context) => {
    const [model = ''] = context.positionals;
    const { events, head } = await readTrail(connect(context), model);
    if (context.options.verify !== true) {
      const now = new Date();
      const text = table(events, [
        { title: 'EVENT', cell: ({ seq }) => seq },
        { title: 'WHEN', cell: ({ at }) => relativeTime(at, now) },
        { title: 'WHO', cell: ({ actor }) => actor },
        { title: 'WHAT', cell: ({ action }) => action },
        { title: 'OF', cell: ({ subject }) => subject },
        { title: 'HASH', cell: ({ hash }) => shortDigest(hash) },
      ]);
      context.print(events, text);
      return EXIT_OK;
    }
    const verdict = verifyAudit(events, head);
    const text = verdict.intact
      ? `intact: ${verdict.events} events, head ${head.hash}`
      : `broken at event ${verdict.seq}: ${verdict.problem}`;
    context.print({ ...verdict, head }, text);
    return verdict.intact ? EXIT_OK : EXIT_FAILED;
  },
};
