import type { IncomingMessage } from 'node:http';
import { AwsError } from './protocol.ts';

export const PREFIX = 'x-amzn-sagemaker-';

/** @param unsupported names after the prefix. @throws AwsError for what the stand-in cannot honour */
export function checkHeaders(request: IncomingMessage, unsupported: readonly string[]): void {
  const refused = unsupported.find((name) => request.headers[`${PREFIX}${name}`] !== undefined);
  if (refused)
    throw validationError(
      `${PREFIX}${refused} is not supported by the local SageMaker (docs/local-support.md lists what is)`,
    );
  const attributes = header(request, `${PREFIX}custom-attributes`);
  if (attributes !== undefined && !/^[\x20-\x7e]{0,1024}$/.test(attributes)) {
    throw validationError('CustomAttributes must be at most 1024 printable ASCII characters');
  }
  const inferenceId = header(request, `${PREFIX}inference-id`);
  if (inferenceId !== undefined && !/^[!-~]([ !-~]{0,62}[!-~])?$/.test(inferenceId)) {
    throw validationError('InferenceId must be 1 to 64 printable ASCII characters');
  }
}

export const validationError = (message: string, status = 400): AwsError =>
  new AwsError('ValidationError', message, status);

/** The first of several. */
export function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
