/**
 * Handles each item, one after the other; one that fails does not keep the others from being handled.
 *
 * @throws AggregateError at the end, if any failed
 */
export async function eachOf<T>(items: readonly T[], handle: (item: T) => Promise<void>): Promise<void> {
  const errors: unknown[] = [];
  for (const item of items) {
    try {
      await handle(item);
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) {
    throw new AggregateError(errors, `${errors.length} of ${items.length} failed, first: ${errors[0]}`);
  }
}
