const LEVELS = { debug: 10, info: 20, warn: 30, error: 40 } as const;
type Level = keyof typeof LEVELS;

function write(level: Level, event: string, fields: object): void {
  const least = LEVELS[process.env.LOG_LEVEL as Level] ?? LEVELS.info;
  if (LEVELS[level] < least) return;
  // one line per record is what CloudWatch Logs Insights indexes
  process.stdout.write(`${JSON.stringify({ level, event, ...fields })}\n`);
}

/** One structured line per outcome, with the ids to search by; never the payload. */
export const logger = {
  debug: (event: string, fields: object = {}) => write('debug', event, fields),
  info: (event: string, fields: object = {}) => write('info', event, fields),
  warn: (event: string, fields: object = {}) => write('warn', event, fields),
  error: (event: string, fields: object = {}) => write('error', event, fields),
};
