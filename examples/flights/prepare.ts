import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';

/** Week 0 begins on Monday, 2001-01-01. */
const FIRST_WEEK = '2001-01-01';
/** A flight more than this late is `late`; what US DOT counts as delayed. */
const LATE_MINUTES = 15;

export interface PrepareOptions {
  readonly outFolder: string;
  /** Keep every n-th flight in order of departure. @default 10 (300,000 of 3,000,000) */
  readonly every?: number;
  /** @default all 26 */
  readonly weeks?: readonly number[];
}

export interface PreparedWeek {
  readonly week: number;
  readonly file: string;
  readonly rows: number;
}

/**
 * Writes `week-NN.csv` files with an id, the time of departure, twelve features and the label. The trailing shares
 * are taken over all flights of the four clock hours before the flight's own, so a flight's lateness is taken to be
 * known an hour after its slot.
 */
export async function prepareFlights({ outFolder, every = 10, weeks }: PrepareOptions): Promise<PreparedWeek[]> {
  await mkdir(outFolder, { recursive: true });
  const instance = await DuckDBInstance.create(':memory:', {
    // with DuckDB's own overhead the process stays below 600 MB
    memory_limit: '300MB',
    threads: '2',
    temp_directory: join(outFolder, '.spill'),
  });
  const connection = await instance.connect();
  try {
    await createTables(connection, every);
    return await writeWeeks(connection, outFolder, weeks ?? Array.from({ length: 26 }, (_, week) => week));
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

async function createTables(connection: DuckDBConnection, every: number): Promise<void> {
  const data = resolve(createRequire(import.meta.url).resolve('vega-datasets'), '../../data');
  const source = `SELECT date, date_trunc('hour', date) AS slot, origin, destination, distance, delay,
      delay > ${LATE_MINUTES} AS late FROM '${data}/flights-3m.parquet'`;
  const trailing = (column: string) => `
    SELECT ${column}, slot, sum(n) OVER four_hours AS n, sum(late) OVER four_hours AS late, n AS traffic
    FROM (SELECT ${column}, slot, count(*) AS n, count_if(late) AS late FROM (${source}) GROUP BY ALL)
    WINDOW four_hours AS (PARTITION BY ${column} ORDER BY slot RANGE BETWEEN INTERVAL 4 HOURS PRECEDING AND INTERVAL 1 HOUR PRECEDING)`;
  await connection.run(`CREATE TABLE by_origin AS ${trailing('origin')}`);
  await connection.run(`CREATE TABLE by_destination AS ${trailing('destination')}`);
  await connection.run(`CREATE TABLE by_network AS ${trailing("'all'").replaceAll("PARTITION BY 'all' ", '')}`);
  await connection.run(
    `CREATE TABLE airports AS SELECT iata, state FROM read_csv('${data}/airports.csv', all_varchar = true)`,
  );
  await connection.run(`CREATE TABLE sample AS
    SELECT * FROM (SELECT *, row_number() OVER (ORDER BY date, origin, destination, distance, delay) AS n FROM (${source}))
    WHERE (n - 1) % ${every} = 0`);
}

async function writeWeeks(
  connection: DuckDBConnection,
  outFolder: string,
  weeks: readonly number[],
): Promise<PreparedWeek[]> {
  const prepared: PreparedWeek[] = [];
  for (const week of weeks) {
    const file = join(outFolder, `week-${String(week).padStart(2, '0')}.csv`);
    const rows = await connection.runAndReadAll(`COPY (${weekQuery(week)}) TO '${file}' (HEADER, DELIMITER ',')`);
    prepared.push({ week, file, rows: Number(rows.getRows()[0]?.[0] ?? 0) });
  }
  return prepared;
}

function weekQuery(week: number): string {
  const share = (table: string) => `round(${table}.late / ${table}.n, 4)`;
  return `SELECT 'f' || lpad(CAST(f.n AS VARCHAR), 7, '0') AS flight_id,
      strftime(f.date, '%Y-%m-%dT%H:%M:%SZ') AS departure,
      hour(f.date) AS dep_hour, minute(f.date) AS dep_minute, isodow(f.date) AS day_of_week, f.distance,
      CASE WHEN f.distance < 500 THEN 'short' WHEN f.distance < 1500 THEN 'medium' ELSE 'long' END AS haul,
      f.origin, f.destination, a.state AS origin_state, b.state AS dest_state,
      ${share('o')} AS recent_delay_origin, ${share('d')} AS recent_delay_dest, ${share('w')} AS recent_delay_network,
      o.traffic AS origin_traffic, CAST(f.late AS INTEGER) AS late
    FROM sample f
    JOIN by_origin o ON o.origin = f.origin AND o.slot = f.slot
    JOIN by_destination d ON d.destination = f.destination AND d.slot = f.slot
    JOIN by_network w ON w.slot = f.slot
    LEFT JOIN airports a ON a.iata = f.origin
    LEFT JOIN airports b ON b.iata = f.destination
    WHERE f.date >= TIMESTAMP '${FIRST_WEEK}' + INTERVAL ${week * 7} DAYS
      AND f.date < TIMESTAMP '${FIRST_WEEK}' + INTERVAL ${(week + 1) * 7} DAYS
    ORDER BY f.n`;
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      out: { type: 'string', default: join(import.meta.dirname, 'data') },
      every: { type: 'string', default: '10' },
    },
  });
  const prepared = await prepareFlights({ outFolder: values.out, every: Number(values.every) });
  for (const { week, file, rows } of prepared) console.log(`week ${week}: ${rows} flights in ${file}`);
  await writeFile(join(values.out, 'weeks.json'), JSON.stringify(prepared));
  console.log(`peak memory ${Math.round(process.resourceUsage().maxRSS / 1_024)} MB`);
}
