import { artifactOf, DATASET_FILES, partFile } from '../../domain/datasets/dataset-files.ts';
import { lineageOf } from '../../domain/datasets/lineage.ts';
import { ValidationReport } from '../../domain/datasets/report.ts';
import { DatasetVersion } from '../../domain/registry/entities.ts';
import { readJsonFile } from '../dataset-files.ts';
import { sections } from '../format.ts';
import { pathTo, type RegistryClient } from '../registry-client.ts';
import { registeredWith, showCommand, versionNumber } from '../registry-lists.ts';

export const dataShow = showCommand({
  noun: 'data',
  id: 'dataset',
  summary: 'Show a data set: verdict, reasons and warnings, checks that did not pass, files, and what came of it',
  read: async (client, model, id) => {
    const number = versionNumber(id);
    const [dataset, registered] = await Promise.all([
      client.get(pathTo('models', model, 'datasets', number), DatasetVersion),
      registeredWith(client, model),
    ]);
    const report = await reportOf(client, dataset);
    const checks = report?.checks
      .filter(({ status }) => status !== 'passed')
      .map(({ id: check, status, severity, message }) => ({ check, status, severity, message }));
    const lineage = lineageOf(dataset, registered);
    const usedBy = lineage.runs.map(({ runId, status, versions }) => ({
      runId,
      status,
      ...(versions[0] && { modelVersion: versions[0].version }),
    }));
    const { version, verdict, reasons, warnings, rows, quarantinedRows, specVersion, source, origin } = dataset;
    const { contentDigest, timeRange, at } = dataset;
    const facts = { model, version, verdict, rows, quarantinedRows, specVersion, contentDigest, timeRange, at };
    const text = sections(facts, {
      source,
      origin,
      replacedBy: lineage.replacedBy,
      reasons: reasons.length > 0 ? reasons : undefined,
      warnings,
      checksNotPassed: checks && checks.length > 0 ? checks : undefined,
      files: filesOf(dataset),
      lineage: usedBy.length > 0 ? { usedBy } : undefined,
    });
    return { value: { ...dataset, replacedBy: lineage.replacedBy, checksNotPassed: checks, usedBy }, text };
  },
});

function filesOf(dataset: DatasetVersion): Record<string, string> | undefined {
  const files = DATASET_FILES.flatMap((file) => {
    if (partFile(dataset, file)) return [[file, 'one of each part']];
    const ref = artifactOf(dataset, file);
    return ref ? [[file, `${ref.size} bytes, sha256 ${ref.sha256}`]] : [];
  });
  return files.length > 0 ? Object.fromEntries(files) : undefined;
}

/** Reports from before checks are left alone. */
async function reportOf(client: RegistryClient, dataset: DatasetVersion): Promise<ValidationReport | undefined> {
  if (!dataset.report) return undefined;
  const json = await readJsonFile(client, dataset, 'report');
  return ValidationReport.safeParse(json).data;
}
