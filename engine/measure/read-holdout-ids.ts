import { quoteLiteral } from '../../domain/sql.ts';
import { withDuckDb } from '../duckdb.ts';
import { holdoutIdSql } from './holdout-overlap.ts';

/**
 * What `ValidationContext.holdoutIds` holds, sorted.
 * @param path Parquet file of the rows a model version was judged on
 * @param id the column that names a row
 */
export function readHoldoutIds(
  path: string,
  id: string,
  options: { readonly folder: string; readonly memoryLimitMb?: number },
): Promise<string[]> {
  const { folder, memoryLimitMb } = options;
  return withDuckDb(
    { folders: [folder], ...(memoryLimitMb !== undefined && { memoryLimitMb }) },
    async (connection) => {
      const hashed = `SELECT DISTINCT ${holdoutIdSql(id)} AS id FROM read_parquet(${quoteLiteral(path)})`;
      // by column: a million row objects would take more room than the ids
      const [ids = []] = (await connection.runAndReadAll(`${hashed} ORDER BY id`)).getColumnsJS();
      return ids.filter((one) => one !== null).map(String);
    },
  );
}
