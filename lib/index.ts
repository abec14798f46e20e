export type { ApiConsumer } from './api-consumers.ts';
export type { ApiAuthorization } from './inference-api.ts';
export { Millrace, type MillraceProps } from './millrace.ts';
export { MillraceStack, type MillraceStackProps } from './millrace-stack.ts';
