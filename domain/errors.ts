/** What kind of answer an error deserves; every edge (HTTP, CLI, state machine) maps each kind once. */
export type ErrorKind = 'invalid' | 'forbidden' | 'not-found' | 'conflict' | 'unavailable';

/** An error Millrace foresaw. `name` is a contract: set it as a literal, since state machines match it. */
export abstract class PlatformError extends Error {
  abstract readonly kind: ErrorKind;
}
