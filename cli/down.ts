import { down as stop } from '../local/up.ts';
import { type Command, EXIT_OK } from './command.ts';

export const down: Command = {
  name: 'down',
  summary: 'Stop the local platform; its state stays for the next up',
  usage: 'down [--purge]',
  details: 'With --purge everything below .millrace/ is removed: buckets, tables, models and logs.',
  options: { purge: { type: 'boolean' } },
  run: async ({ dir, options, print }) => {
    const purged = options.purge === true;
    const wasUp = await stop(dir, { purge: purged });
    const done = wasUp ? 'The local platform is down.' : 'The local platform was not up.';
    print({ wasUp, purged }, purged ? `${done} Its state is removed.` : done);
    return EXIT_OK;
  },
};
