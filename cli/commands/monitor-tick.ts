import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { InvalidInputError, UnavailableError } from '../../domain/common-errors.ts';
import { EVENTS } from '../../domain/events/catalog.ts';
import { readLocal } from '../../local/state.ts';
import { type Command, type CommandContext, EXIT_OK } from '../command.ts';
import { instant } from '../instant.ts';

const NAME = 'MonitoringTickRequested';

export const monitorTick: Command = {
  name: 'monitor tick',
  summary: 'Monitor the windows that are closed now, or were at another moment',
  usage: 'monitor tick [--model <model>] [--at <time>] [--event-bus <name>]',
  details:
    'Without --model every model is looked at. --at takes ISO 8601, in UTC unless it says otherwise: a replay of past\n' +
    'traffic ticks as of its own time. The event goes to the local platform, or with --event-bus or\n' +
    'MILLRACE_EVENT_BUS to that bus in AWS, with the credentials of the environment or profile.',
  options: { model: { type: 'string', short: 'm' }, at: { type: 'string' }, 'event-bus': { type: 'string' } },
  run: async (context) => {
    const { model = '*', at } = context.options;
    const detail = EVENTS[NAME].detail.parse({ schemaVersion: 1, model, at: instant(at).toISOString() });
    const { client, busName } = bus(context);
    try {
      const Entry = {
        EventBusName: busName,
        Source: EVENTS[NAME].source,
        DetailType: NAME,
        Detail: JSON.stringify(detail),
      };
      const { Entries = [] } = await client.send(new PutEventsCommand({ Entries: [Entry] }));
      // a 200 may carry failed entries
      const failed = Entries.find(({ ErrorCode }) => ErrorCode);
      if (failed) throw new UnavailableError(`bus ${busName} refused: ${failed.ErrorCode} ${failed.ErrorMessage}`);
    } finally {
      client.destroy();
    }
    const [of, shows] = model === '*' ? ['every model', 'list'] : [model, `show ${model}`];
    context.print(detail, `asked to monitor ${of} as of ${detail.at}; millrace monitor ${shows} says what comes of it`);
    return EXIT_OK;
  },
};

function bus({ options, io, dir }: Pick<CommandContext, 'options' | 'io' | 'dir'>) {
  const named = options['event-bus'] ?? io.env.MILLRACE_EVENT_BUS;
  if (typeof named === 'string' && named !== '') return { client: new EventBridgeClient(), busName: named };
  const local = readLocal(dir);
  if (!local) {
    throw new InvalidInputError([
      'there is no event bus to talk to: start one with millrace up, or name one with --event-bus or MILLRACE_EVENT_BUS',
    ]);
  }
  const { endpoint, region, eventBus } = local;
  // the local platform takes any keys
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  return { client: new EventBridgeClient({ endpoint, region, credentials }), busName: eventBus };
}
