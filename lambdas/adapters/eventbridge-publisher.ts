import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { UnavailableError } from '../../domain/common-errors.ts';
import { EVENTS, type EventPublisher } from '../../domain/events/catalog.ts';

/** A 200 may carry failed entries: they are an error here. */
export function eventBridgePublisher(client: EventBridgeClient, busName: string): EventPublisher {
  return {
    async publish(name, detail) {
      const { source, detail: schema } = EVENTS[name];
      const body = schema.parse({ schemaVersion: 1, ...detail });
      const result = await client.send(
        new PutEventsCommand({
          Entries: [{ EventBusName: busName, Source: source, DetailType: name, Detail: JSON.stringify(body) }],
        }),
      );
      const failed = result.Entries?.find((entry) => entry.ErrorCode);
      if (failed)
        throw new UnavailableError(`${name} was not taken by the bus: ${failed.ErrorCode} ${failed.ErrorMessage}`);
    },
  };
}
