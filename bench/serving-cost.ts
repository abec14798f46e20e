/**
 * What a model costs to serve, computed from list prices and assumed durations; nothing of it was billed.
 *
 * Run: `node bench/serving-cost.ts`.
 */
import { servingCostTable } from './lib/serving-cost.ts';
import prices from './prices.json' with { type: 'json' };

process.stdout.write(
  `List prices of ${prices.region}, read ${prices.read}; computed, not billed.\n\n${servingCostTable()}\n`,
);
