import type { Outcome } from './suite.ts';

const MAX_SHOWN = 600;
const MARKS = { passed: 'ok', failed: 'FAILED', skipped: 'skipped' };
const cut = (text: string): string => (text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text);

/** A line per check; under those that failed the sentence, the request, the answer, and what was expected. */
export function report(outcomes: readonly Outcome[]): string {
  const lines = outcomes.flatMap(({ id, level, status, says, why, exchange }) => {
    const line = `${MARKS[status].padEnd(8)} ${level.padEnd(12)} ${id}${status === 'skipped' ? `  (${why})` : ''}`;
    if (status !== 'failed') return [line];
    const sent = exchange?.sent === undefined ? '' : ` ${cut(exchange.sent)}`;
    return [
      line,
      `           says      ${says}`,
      `           expected  ${why}`,
      ...(exchange ? [`           sent      ${exchange.method} ${exchange.path}${sent}`] : []),
      ...(exchange ? [`           answered  ${exchange.status} ${exchange.contentType} ${cut(exchange.text)}`] : []),
    ];
  });
  const number = (status: Outcome['status']) => outcomes.filter((outcome) => outcome.status === status).length;
  lines.push('', `${number('passed')} passed, ${number('failed')} failed, ${number('skipped')} skipped`);
  return `${lines.join('\n')}\n`;
}
