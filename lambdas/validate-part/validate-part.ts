import { join } from 'node:path';
import type { ArtifactStore } from '../../domain/artifacts.ts';
import { declaredChecks, neededMeasures } from '../../domain/contracts/checks/judge-checks.ts';
import { partContext, partSpec } from '../../domain/datasets/set-parts.ts';
import { PartResult, SetContext, type SetItem, SetPlan, setFiles } from '../../domain/datasets/sets.ts';
import type { Registry } from '../../domain/registry/ports.ts';
import type { ModelSpec } from '../../domain/spec/model-spec.ts';
import { quoteLiteral } from '../../domain/sql.ts';
import { queryOf, withDuckDb } from '../../engine/duckdb.ts';
import { measure } from '../../engine/measure/measure.ts';
import { comparesRows, writeKeyHashes } from '../../engine/sets/key-hashes.ts';
import { type ValidatedFile, validateFile } from '../../engine/validate-file.ts';
import { withWorkFolder } from '../../engine/work-folder.ts';
import type { LakeFiles } from '../adapters/lake-files.ts';
import type { Uploads } from '../adapters/s3-uploads.ts';

export interface ValidatePartDeps {
  readonly registry: Pick<Registry, 'requireSpec'>;
  readonly artifacts: ArtifactStore;
  readonly files: LakeFiles;
  readonly uploads: Uploads;
  readonly memoryLimitMb: number;
}

/** Short, since the answers of 10,000 children together must be less than 256 KB. */
export interface PartAnswer {
  readonly index: number;
}

const PARQUET = 'application/vnd.apache.parquet';

/** Validates one object of a set and keeps what came of it; a part that has a result already is left as it is. */
export async function validatePart(item: SetItem, deps: ValidatePartDeps): Promise<PartAnswer> {
  const { model, set, ...part } = item;
  const files = setFiles(model, set);
  const answer = { index: part.index };
  if ((await deps.files.findJson(files.part(part.index))) !== undefined) return answer;
  const plan = SetPlan.parse(await deps.files.readJson(files.plan));
  const context = SetContext.parse(await deps.files.readJson(files.context));
  const { spec } = await deps.registry.requireSpec(model, plan.specVersion);
  const judged = await withWorkFolder('part', async (folder) => {
    const path = join(folder, 'upload');
    const facts = await deps.uploads.download({ ...plan.seal, ...part, bucket: plan.seal.bucket }, path);
    if (!facts) return undefined;
    const input = { spec: partSpec(spec), path, facts, folder, context: partContext(context) };
    return validateFile({ ...input, memoryLimitMb: deps.memoryLimitMb }, async (validated) => {
      const { judgement, sha256 } = validated;
      const raw = await deps.artifacts.putFile('upload', path, 'application/octet-stream');
      return { sha256, judgement, raw, ...(await storeRows(validated, { item, spec, folder, context }, deps)) };
    });
  });
  const result = PartResult.parse({ ...part, ...(judged && { judged }) });
  await deps.files.writeJson(files.part(part.index), result);
  return answer;
}

interface Rows {
  readonly item: SetItem;
  readonly spec: ModelSpec;
  readonly folder: string;
  readonly context: SetContext;
}

/** Stores the rows of a part, and takes the figures of them that only the whole can judge. */
async function storeRows(
  { judgement, writeData, quarantine }: ValidatedFile,
  { item, spec, folder, context }: Rows,
  { artifacts, files, memoryLimitMb }: ValidatePartDeps,
) {
  if (!judgement.profile) return { measures: {}, keys: false };
  const data = join(folder, 'data.parquet');
  await writeData(data);
  const keys = comparesRows(spec);
  const hashes = join(folder, 'keys.parquet');
  const options = { memoryLimitMb, folders: [folder] };
  const measures = await withDuckDb(options, async (connection) => {
    if (keys) await writeKeyHashes(connection, spec, { index: item.index, data, quarantine }, hashes);
    const query = queryOf(connection);
    return measure(query, `read_parquet(${quoteLiteral(data)})`, spec, ofParts(spec), context.context);
  });
  if (keys) await files.upload(setFiles(item.model, item.set).keys(item.index), hashes, PARQUET);
  return {
    data: await artifacts.putFile('data.parquet', data, PARQUET),
    ...(quarantine && { quarantine: await artifacts.putFile('quarantine.parquet', quarantine, PARQUET) }),
    measures,
    keys,
  };
}

/** Figures that add up over parts. */
const ofParts = (spec: ModelSpec) => ({
  ...neededMeasures(declaredChecks(spec)),
  duplicateRows: false,
  leakage: false,
});
