import { parseArgs } from 'node:util';
import { markdownTable, numberOption, print, say, verdict, whole } from './lib/report.ts';
import {
  BAD,
  type BadCandidate,
  badProof,
  FINE,
  type FineCandidate,
  fineProof,
  labelsProof,
  lossProof,
  type Proof,
  splitProof,
  stickinessProof,
} from './lib/rollout-proofs.ts';
import { aRolloutRoom } from './lib/rollout-room.ts';
import { random } from './random-model.ts';

/**
 * Proofs of rollouts at full size, on the router's handler, the registry over a table in memory and the function that advances
 * rollouts. `npm test` runs them small, and on builds that are broken on purpose.
 *
 * Usage: node bench/rollout-proofs.ts [--runs 100] [--seed 1]
 */
const { values } = parseArgs({
  options: { runs: { type: 'string', default: '100' }, seed: { type: 'string', default: '1' } },
});
// what functions log goes to standard output, which belongs to the table
const write = process.stdout.write.bind(process.stdout);
process.stdout.write = () => true;
const runs = numberOption('runs', values.runs, 1);
const first = numberOption('seed', values.seed, 0);
const seeds = Array.from({ length: runs }, (_, i) => first + i);
const build = { aRolloutRoom, random };

const proofs: [string, () => Promise<Proof>][] = [
  ['split within 1 point at 5, 20 and 50 %', () => splitProof(build, first)],
  ['callers with a key stay, and only move to the candidate', () => stickinessProof(build, first, 5_000)],
  ['no request lost over rollback, promotion, restarts, an unreadable registry', () => lossProof(build, first, 10_000)],
  ...(Object.keys(BAD) as BadCandidate[]).map((kind): [string, () => Promise<Proof>] => [
    `rolled back: a candidate that ${kind}`,
    () => badProof(build, kind, seeds),
  ]),
  ['rolled back by labels: right in distribution, wrong in each row', () => labelsProof(build, seeds)],
  ...(Object.keys(FINE) as FineCandidate[]).map((kind): [string, () => Promise<Proof>] => [
    `left alone: a candidate that ${kind}`,
    () => fineProof(build, kind, seeds),
  ]),
];
const rows: string[][] = [];
for (const [what, prove] of proofs) {
  say(what);
  const { holds, figures } = await prove();
  const text = Object.entries(figures).map(
    ([name, figure]) => `${name} ${figure < 10 ? Number(figure.toFixed(2)) : whole(figure)}`,
  );
  rows.push([what, text.join(', '), verdict(holds ? 0 : 1, 0)]);
}
process.stdout.write = write;
print(markdownTable(['proof', 'figures', 'holds'], rows));
