/** Seconds a request may wait in SageMaker's queue: what the service allows, and what it takes when nobody says. */
export const TTL_SECONDS = { least: 60, most: 21_600, usual: 21_600 } as const;
/** Seconds a model may take over one request. */
export const TIMEOUT_SECONDS = { least: 1, most: 3_600 } as const;
/** What SageMaker may take besides, in seconds: to write its answer, and to say so. */
const GRACE_SECONDS = 600;

export const deadlineOf = (submittedAt: Date, ttlSeconds: number, timeoutSeconds: number): Date =>
  new Date(submittedAt.getTime() + 1_000 * (ttlSeconds + timeoutSeconds + GRACE_SECONDS));
