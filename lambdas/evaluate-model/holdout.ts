import type { DuckDBConnection, DuckDBDataChunk } from '@duckdb/node-api';
import { UnusablePredictionsError } from '../../domain/evaluation/errors.ts';
import type { SliceColumns } from '../../domain/evaluation/judge.ts';
import type { Featurizer } from '../../domain/features/featurizer.ts';
import { featurizerSql } from '../../domain/features/featurizer-sql.ts';
import type { XgboostModel } from '../../domain/scoring/xgboost-model.ts';
import { quoteIdentifier, quoteLiteral } from '../../domain/sql.ts';

/** The holdout's rows, always in the order of their file. */
export interface Holdout {
  readonly labels: Float64Array;
  readonly columns: ReadonlySet<string>;
  /** Text of the columns that are there; null = missing. */
  values(columns: readonly string[]): Promise<SliceColumns>;
  /** Features through the model's own featurizer, scored a chunk at a time. Row-major, `model.outputs` per row. */
  score(model: XgboostModel, featurizer: Featurizer): Promise<Float64Array>;
  /** Features of the first rows, at most `rows`. Row-major, NaN = missing. */
  first(rows: number, featurizer: Featurizer): Promise<Float32Array>;
}

export async function openHoldout(connection: DuckDBConnection, path: string): Promise<Holdout> {
  const from = `FROM read_parquet(${quoteLiteral(path)})`;
  const eachChunk = async (select: string, use: (chunk: DuckDBDataChunk) => void, limit?: number): Promise<void> => {
    const result = await connection.stream(`SELECT ${select} ${from}${limit === undefined ? '' : ` LIMIT ${limit}`}`);
    for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk())
      use(chunk);
  };
  const described = await connection.runAndReadAll(`DESCRIBE SELECT * ${from}`);
  const columns = new Set(described.getRowObjectsJS().map((row) => String(row.column_name)));

  const labels: number[] = [];
  await eachChunk('__label', (chunk) => {
    for (const label of chunk.getColumnValues(0)) labels.push(Number(label));
  });

  return {
    labels: Float64Array.from(labels),
    columns,
    async values(names) {
      const found = new Map<string, (string | null)[]>();
      for (const name of names.filter((one) => columns.has(one))) {
        const texts: (string | null)[] = [];
        await eachChunk(`CAST(${quoteIdentifier(name)} AS VARCHAR)`, (chunk) => {
          for (const text of chunk.getColumnValues(0)) texts.push(text === null ? null : String(text));
        });
        found.set(name, texts);
      }
      return found;
    },
    async score(model, featurizer) {
      const width = featurizer.features.length;
      const predictions = new Float64Array(labels.length * model.outputs);
      let done = 0;
      await eachChunk(featurizerSql(featurizer).join(', '), (chunk) => {
        predictions.set(model.predict(featuresOf(chunk, width), width), done * model.outputs);
        done += chunk.rowCount;
      });
      if (done !== labels.length) throw new UnusablePredictionsError(`${done} of ${labels.length} rows were scored`);
      return predictions;
    },
    async first(rows, featurizer) {
      const width = featurizer.features.length;
      const features = new Float32Array(Math.min(rows, labels.length) * width);
      let done = 0;
      await eachChunk(
        featurizerSql(featurizer).join(', '),
        (chunk) => {
          features.set(featuresOf(chunk, width), done * width);
          done += chunk.rowCount;
        },
        rows,
      );
      return features;
    },
  };
}

/** Row-major, NaN = missing. */
function featuresOf(chunk: DuckDBDataChunk, width: number): Float32Array {
  const features = new Float32Array(chunk.rowCount * width);
  for (let column = 0; column < width; column++) {
    const vector = chunk.getColumnVector(column);
    for (let row = 0; row < chunk.rowCount; row++) {
      features[row * width + column] = (vector.getItem(row) as number | null) ?? Number.NaN;
    }
  }
  return features;
}
