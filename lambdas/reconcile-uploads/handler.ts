import { logger } from '../runtime/logger.ts';
import { type ReconcileUploadsDeps, reconcileUploads } from './reconcile-uploads.ts';

/** The schedule's event says nothing that matters. */
export const makeHandler = (deps: ReconcileUploadsDeps) => async (): Promise<void> => {
  logger.info('uploads-reconciled', await reconcileUploads(deps));
};
