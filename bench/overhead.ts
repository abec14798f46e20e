import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetExecutionHistoryCommand, SFNClient } from '@aws-sdk/client-sfn';
import { connect } from '../cli/registry-client.ts';
import { type Narrator, narrator } from '../examples/flights/demo/narrator.ts';
import { REPLAYED_WEEKS, TRAINING_WEEKS, uploadToPrediction } from '../examples/flights/demo/story.ts';
import { makeWorld, type World } from '../examples/flights/demo/world.ts';
import { prepareFlights } from '../examples/flights/prepare.ts';
import type { LocalPlatform } from '../local/state.ts';
import { down, up } from '../local/up.ts';

/**
 * Millrace's own time from upload to first prediction on the local platform, and the state transitions AWS would bill.
 * The first round meets every function cold. Usage: node bench/overhead.ts [rounds]
 */
const rounds = Number(process.argv[2] ?? 4);
const silent: Narrator = { chapter: () => {}, say: () => {}, table: () => {} };

const dir = await mkdtemp(join(tmpdir(), 'millrace-overhead-'));
const app = `node ${join(import.meta.dirname, '../bin/app.ts')}`;
await writeFile(join(dir, 'cdk.json'), JSON.stringify({ app }));
try {
  const prepared = await prepareFlights({
    outFolder: join(dir, 'flights'),
    weeks: [...TRAINING_WEEKS, ...REPLAYED_WEEKS.slice(0, 1)],
  });
  const { platform } = await up({ dir, progress: () => {} });
  if (!platform) throw new Error('the app was not deployed');
  const rows: string[][] = [];
  for (let round = 1; round <= rounds; round++) {
    const io = { stdout: () => {}, stderr: () => {}, env: {}, cwd: dir };
    const world = makeWorld(platform, connect({ options: {}, io, dir }), `flights-${round}`);
    const { first, timing } = await uploadToPrediction(world, prepared, false, silent);
    const transitions = await countTransitions(platform, world, first.run.executionArn);
    rows.push([
      round === 1 ? 'cold' : 'warm',
      ...[timing.ownSeconds, timing.endpointSeconds, timing.trainingSeconds, timing.totalSeconds].map((s) =>
        s.toFixed(1),
      ),
      String(transitions),
    ]);
  }
  narrator((text) => process.stdout.write(text)).table(
    ['functions', 'own s', 'of it endpoint s', 'training s', 'total s', 'state transitions'],
    rows,
  );
} finally {
  await down(dir, { purge: true });
  await rm(dir, { recursive: true, force: true });
}

/** One transition is billed for each state entered, of the pipeline and of the rollout. */
async function countTransitions(platform: LocalPlatform, world: World, pipelineArn = ''): Promise<number> {
  const sfn = new SFNClient({
    endpoint: platform.endpoint,
    region: platform.region,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const [rollout] = await world.rollouts();
  let count = 0;
  for (const executionArn of [pipelineArn, rollout?.executionArn ?? '']) {
    const { events = [] } = await sfn.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 1_000 }));
    count += events.filter(({ type }) => type?.endsWith('StateEntered')).length;
  }
  return count;
}
