import type { ArtifactRef, ArtifactStore } from '../artifacts.ts';
import { canonicalJson } from '../canonical-json.ts';
import type { ValidationContext } from '../contracts/context.ts';
import type { Judgement } from '../contracts/judgement.ts';
import type { EventPublisher } from '../events/catalog.ts';
import type { DatasetOrigin, DatasetVersion, SpecVersion } from '../registry/entities.ts';
import { boundReasons } from '../registry/limits.ts';
import type { Registry } from '../registry/ports.ts';
import { makeReport } from './make-report.ts';

export interface RecordDeps {
  readonly registry: Pick<Registry, 'registerDataset'>;
  readonly artifacts: ArtifactStore;
  readonly publisher: EventPublisher;
}

export interface DatasetRecord {
  readonly spec: SpecVersion;
  readonly source: DatasetVersion['source'];
  readonly origin?: DatasetOrigin;
  readonly contentDigest: string;
  readonly judgement: Judgement;
  /** What it was judged by: when it came, and the newest accepted version, beside which the report puts its figures. */
  readonly context?: Pick<ValidationContext, 'at' | 'history'>;
  /** What is stored already. */
  readonly files: Pick<DatasetVersion, 'raw' | 'data' | 'parts' | 'quarantine'>;
  readonly by: string;
  readonly at: Date;
}

/** Stores the reports, then the record, then tells. A repeated call stores and records the same again. */
export async function recordDataset(record: DatasetRecord, deps: RecordDeps): Promise<DatasetVersion> {
  const { spec, source, origin, judgement, files, at } = record;
  const { verdict, rows, timeRange } = judgement;
  const { model, version: specVersion } = spec;
  const dataset = await deps.registry.registerDataset(
    {
      model,
      contentDigest: record.contentDigest,
      verdict,
      reasons: boundReasons(judgement.reasons),
      ...(judgement.warnings.length > 0 && { warnings: boundReasons(judgement.warnings) }),
      ...(origin && { origin }),
      source,
      specVersion,
      rows: rows.accepted,
      quarantinedRows: rows.quarantined,
      ...files,
      ...(await storeReports(record, deps.artifacts)),
      ...(timeRange && { timeRange }),
      at: at.toISOString(),
    },
    { by: record.by, at },
  );
  const event = { model, dataset: dataset.version, at: at.toISOString() };
  if (dataset.verdict === 'rejected')
    await deps.publisher.publish('DatasetRejected', { ...event, key: source.key, reasons: dataset.reasons });
  else await deps.publisher.publish('DatasetAccepted', { ...event, rows: dataset.rows });
  return dataset;
}

async function storeReports(
  { spec, source, contentDigest, judgement, context, at }: DatasetRecord,
  artifacts: ArtifactStore,
): Promise<Pick<DatasetVersion, 'profile' | 'report' | 'reportHtml'>> {
  const file = { name: `s3://${source.bucket}/${source.key}`, size: source.size, sha256: contentDigest };
  const subject = { specVersion: spec.version, file, at: context?.at ?? at.toISOString() };
  const made = makeReport(judgement, subject, spec.spec, context);
  // each takes a few round trips
  const [profile, report, reportHtml] = await Promise.all([
    judgement.profile && putJson(artifacts, 'profile.json', judgement.profile),
    putJson(artifacts, 'report.json', made.report),
    artifacts.putBytes('report.html', Buffer.from(made.page()), 'text/html; charset=utf-8'),
  ]);
  return { report, reportHtml, ...(profile && { profile }) };
}

const putJson = (artifacts: ArtifactStore, name: string, value: unknown): Promise<ArtifactRef> =>
  artifacts.putBytes(name, Buffer.from(canonicalJson(value)), 'application/json');
