import { breachProbabilityFor, expectedWindowsBetweenAlarms } from '../../../stats/alarms/run-length.ts';
import { durationMs } from '../../duration.ts';
import type { MonitoringSpec } from '../../spec/monitoring.ts';
import type { AlarmRule } from '../report.ts';

const DAY_MS = 86_400_000;
/** Histories of breaches worth computing with, for what a rule is asked once per process. */
const MOST_HISTORIES = 5_000;

type RuleSpec = Pick<MonitoringSpec, 'window' | 'falseAlarmInterval' | 'falseDiscoveryRate' | 'persistence'>;

/**
 * Part of a rate that is spent. The tail of Pearson's test is up to 1.5 times too light at 1e-4 where groups hold five expected
 * rows: spent altogether, 1.1 times as many windows of 50 to 200 rows would breach as the rate says (bench/README.md).
 */
const SPENT = 0.85;

/** By what they follow from: a process meets few different ones, and each takes milliseconds. */
const known = new Map<string, Omit<AlarmRule, 'tests'>>();

/**
 * The rate at which the tests of one window are corrected: monitoring.falseDiscoveryRate, or what
 * monitoring.falseAlarmInterval leaves for one window if that is lower. Without any change Benjamini–Hochberg lets a window
 * breach no more often than its rate, whatever the number of tests, and a monitor alarms no sooner than all monitors'
 * breaches together would: so the days between false alarms that follow are a lower bound, as long as windows breach
 * independently of each other. They nearly do while the baseline has some ten times the rows of a window: beyond, an odd
 * baseline is odd in every window, and only the effect thresholds hold it back.
 */
export function alarmRule(monitoring: RuleSpec): Omit<AlarmRule, 'tests'> {
  const { window, falseAlarmInterval, falseDiscoveryRate, persistence } = monitoring;
  const key = `${window} ${falseAlarmInterval} ${falseDiscoveryRate} ${persistence.breaches} ${persistence.of}`;
  const made = known.get(key) ?? makeRule(monitoring);
  known.set(key, made);
  return made;
}

function makeRule({ window, falseAlarmInterval, falseDiscoveryRate, persistence }: RuleSpec): Omit<AlarmRule, 'tests'> {
  const windowMs = durationMs(window);
  const windowsBetweenAlarms = durationMs(falseAlarmInterval) / windowMs;
  const computed = { breaches: computableBreaches(persistence), of: persistence.of };
  const left =
    windowsBetweenAlarms > computed.breaches ? breachProbabilityFor({ windowsBetweenAlarms, ...computed }) : 1;
  const rate = Math.min(falseDiscoveryRate, left);
  const windows = expectedWindowsBetweenAlarms({ breachProbability: rate, ...computed });
  return {
    falseDiscoveryRate: SPENT * rate,
    breachProbability: rate,
    falseAlarmDays: (windows * windowMs) / DAY_MS,
    ...persistence,
  };
}

/** As many as asked for or, where too many histories lead to them, the most below that can be: fewer breaches alarm no later. */
function computableBreaches({ breaches, of }: MonitoringSpec['persistence']): number {
  let [most, histories] = [Math.min(breaches, 2), 1];
  for (let k = 3; k <= breaches; k++) {
    // (of - 1) choose (k - 2)
    histories = (histories * (of - k + 2)) / (k - 2);
    if (histories <= MOST_HISTORIES) most = k;
  }
  return most;
}
