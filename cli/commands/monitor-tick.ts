import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { InvalidInputError, UnavailableError } from '../../domain/common-errors.ts';
import { EVENTS } from '../../domain/events/catalog.ts';
import { nearest } from '../../domain/nearest.ts';
import { RegisteredModel } from '../../domain/registry/entities.ts';
import { readLocal } from '../../local/state.ts';
import { type Command, type CommandContext, EXIT_OK } from '../command.ts';
import { instant } from '../instant.ts';
import { apiOptions, connect, pathTo, RegistryApiError } from '../registry-client.ts';
import { listOf } from '../registry-lists.ts';

const NAME = 'MonitoringTickRequested';
/** Models among whose names the one that was meant is looked for. */
const MOST_MODELS = 1_000;

export const monitorTick: Command = {
  name: 'monitor tick',
  summary: 'Monitor the windows that are closed now, or were at another moment',
  usage: 'monitor tick [--model <model>] [--at <time>] [--event-bus <name>] [--api-url <url>]',
  details:
    'Without --model every model is looked at. --at takes ISO 8601, in UTC unless it says otherwise: a replay of past\n' +
    'traffic ticks as of its own time. The event goes to the local platform, or with --event-bus or\n' +
    'MILLRACE_EVENT_BUS to that bus in AWS, with the credentials of the environment or profile.\n' +
    'Whether there is such a model is asked of the registry first: with a bus in AWS, if --api-url or\n' +
    'MILLRACE_API_URL says where it is.',
  options: {
    ...apiOptions,
    model: { type: 'string', short: 'm' },
    at: { type: 'string' },
    'event-bus': { type: 'string' },
  },
  run: async (context) => {
    const { model = '*', at } = context.options;
    const detail = EVENTS[NAME].detail.parse({ schemaVersion: 1, model, at: instant(at).toISOString() });
    const { client, busName } = bus(context);
    try {
      if (model !== '*') await requireModel(String(model), context);
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

/**
 * The event would be taken for any name. What the registry does not answer is no reason to keep it back.
 *
 * @throws InvalidInputError naming the model nearest to it
 */
async function requireModel(model: string, context: CommandContext): Promise<void> {
  const { options, io } = context;
  const isKnown = named(options['api-url'] ?? io.env.MILLRACE_API_URL) !== undefined;
  // the registry of the local platform says nothing of a bus in AWS
  if (!isKnown && (busOf(context) !== undefined || !readLocal(context.dir)?.apiUrl)) return;
  const registry = connect(context);
  try {
    await registry.get(pathTo('models', model), RegisteredModel);
  } catch (error) {
    if (error instanceof RegistryApiError && error.status === 404) {
      const { items } = await registry.get('models', listOf(RegisteredModel.pick({ name: true })), {
        limit: MOST_MODELS,
      });
      throw new InvalidInputError([
        missingModel(
          model,
          items.map(({ name }) => name),
        ),
      ]);
    }
    if (!(error instanceof RegistryApiError || error instanceof UnavailableError)) throw error;
    context.progress(`whether there is a model ${model} is not known: ${error.message}`);
  }
}

function missingModel(model: string, names: readonly string[]): string {
  const guess = nearest(model, names);
  const hint = guess === undefined ? `there are ${names.slice(0, 20).join(', ') || 'none'}` : `did you mean ${guess}?`;
  return `there is no model ${model}: ${hint}`;
}

const named = (text: unknown): string | undefined => (typeof text === 'string' && text !== '' ? text : undefined);
const busOf = ({ options, io }: Pick<CommandContext, 'options' | 'io'>): string | undefined =>
  named(options['event-bus'] ?? io.env.MILLRACE_EVENT_BUS);

function bus({ options, io, dir }: Pick<CommandContext, 'options' | 'io' | 'dir'>) {
  const inAws = busOf({ options, io });
  if (inAws !== undefined) return { client: new EventBridgeClient(), busName: inAws };
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
