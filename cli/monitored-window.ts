import * as z from 'zod';
import { Baseline } from '../domain/monitoring/baseline.ts';
import { MonitorReport } from '../domain/monitoring/report.ts';
import { Profile } from '../domain/profiles/profile.ts';
import { MonitorWindow } from '../domain/registry/entities.ts';
import { instant } from './instant.ts';
import { pathTo, RegistryApiError, type RegistryClient } from './registry-client.ts';
import { listOf } from './registry-lists.ts';

export const LATEST = 'latest';
export const windowOption = { window: { type: 'string', short: 'w', default: LATEST } } as const;

/** Windows looked through for the one that holds a time: as many as one answer has. */
const LOOKED_THROUGH = 1_000;

/** What to do where a model has no window yet. */
export const nothingMonitored = (model: string): string =>
  `no window of ${model} was monitored yet: one is once it has predictions and is over; millrace monitor tick --model ${model} looks now`;

/**
 * The window that `--window` names: the newest, the one that begins at a time, or else the one that holds it.
 * @throws UsageError for what is no time
 */
export async function readWindow(client: RegistryClient, model: string, wanted: unknown): Promise<MonitorWindow> {
  const list = (limit: number) => client.get(pathTo('models', model, 'windows'), listOf(MonitorWindow), { limit });
  if (wanted === LATEST) {
    const [newest] = (await list(1)).items;
    if (!newest) throw new Error(nothingMonitored(model));
    return newest;
  }
  const time = instant(wanted, '--window').toISOString();
  try {
    return await client.get(pathTo('models', model, 'windows', time), MonitorWindow);
  } catch (error) {
    if (!(error instanceof RegistryApiError) || error.status !== 404) throw error;
  }
  const { items } = await list(LOOKED_THROUGH);
  const holding = items.find(({ windowStart, windowEnd }) => windowStart <= time && time < windowEnd);
  if (holding) return holding;
  if (items.length === 0) throw new Error(nothingMonitored(model));
  throw new Error(`no window of ${model} holds ${time}; millrace monitor history ${model} lists them`);
}

export const readReport = (client: RegistryClient, { model, windowStart }: MonitorWindow): Promise<MonitorReport> =>
  client.get(pathTo('models', model, 'windows', windowStart, 'report'), MonitorReport);

const Profiles = z.object({
  baseline: Baseline.pick({ features: true, prediction: true, importances: true }),
  window: Profile.optional(),
});

/** What a window's drift was found between; the window's side is absent once its record has expired. */
export const readProfiles = (client: RegistryClient, { model, windowStart }: MonitorWindow) =>
  client.get(pathTo('models', model, 'windows', windowStart, 'profiles'), Profiles);
