import * as z from 'zod';
import { type Label, labelLine } from '../../domain/capture/lines.ts';
import { NotFoundError } from '../../domain/common-errors.ts';
import { labelOf } from '../../domain/features/fit.ts';
import { decodeInferenceId } from '../../domain/inference/inference-id.ts';
import type { Registry } from '../../domain/registry/ports.ts';
import type { RowLabel } from '../../domain/rollout/judged-request.ts';
import { shapeTexts } from '../../domain/spec/issues.ts';
import type { ModelSpec } from '../../domain/spec/model-spec.ts';

/** Labels of one call; what PutRecordBatch takes. */
export const MAX_LABELS = 500;
const MAX_LABEL_CHARACTERS = 1_000;

/** Labels are read one by one: each that is wrong is answered with its place. */
export const FeedbackBody = z.strictObject({ labels: z.array(z.unknown()).min(1).max(MAX_LABELS) });
export type FeedbackBody = z.infer<typeof FeedbackBody>;

const FeedbackLabel = z.strictObject({
  /** Of the call, or of one row of it as `<id>.<row>`. */
  inference_id: z.string(),
  /** @default the row of `inference_id`, else 0 */
  row: z.number().int().min(0).max(9_999_999).optional(),
  label: z.union([z.string().max(MAX_LABEL_CHARACTERS), z.number(), z.boolean()]),
  /** When it became known. @default now */
  at: z.iso.datetime({ offset: true }).optional(),
});

export interface FeedbackDeps {
  readonly registry: Pick<Registry, 'requireSpec' | 'requireVersion'>;
  /** Sends newline-terminated lines; resolves when all are taken. */
  readonly send: (lines: readonly string[]) => Promise<void>;
  /** Counts labels of requests that a rollout is judged by. Safe to repeat. */
  readonly judged: {
    label(model: string, inferenceId: string, labels: readonly RowLabel[], classes: readonly string[]): Promise<void>;
  };
  readonly now: () => Date;
}

export interface FeedbackAnswer {
  readonly accepted: number;
  readonly errors: readonly { readonly index: number; readonly error: string }[];
}

/** Takes labels for earlier predictions; a label that cannot be one is answered with its place, the others are taken. */
export async function takeFeedback(
  model: string,
  { labels: items }: FeedbackBody,
  deps: FeedbackDeps,
): Promise<FeedbackAnswer> {
  const { spec } = await deps.registry.requireSpec(model);
  const isOwn = ownVersions(model, deps);
  const labels: Label[] = [];
  const errors: { index: number; error: string }[] = [];
  for (const [index, item] of items.entries()) {
    const label = await toLabel(model, item, { spec, isOwn, now: deps.now });
    if (typeof label === 'string') errors.push({ index, error: label });
    else labels.push(label);
  }
  if (labels.length > 0) await deps.send(labels.map(labelLine));
  // after the stream: that is what keeps them, and whoever repeats the call does no harm
  if (spec.deployment.judging.quality) await judgeBy(labels, spec, deps);
  return { accepted: labels.length, errors };
}

/** @returns what is wrong, or the label */
async function toLabel(
  model: string,
  sent: unknown,
  context: { spec: ModelSpec; isOwn: (version: number) => Promise<boolean>; now: () => Date },
): Promise<Label | string> {
  const parsed = FeedbackLabel.safeParse(sent);
  if (!parsed.success) return shapeTexts(parsed.error.issues, sent, FeedbackLabel, 'the label').join('; ');
  const item = parsed.data;
  const { inference_id: id, at } = item;
  const decoded = decodeInferenceId(id);
  if (!decoded) return `inference_id ${JSON.stringify(id.slice(0, 80))} is not one that a prediction was answered with`;
  if (!(await context.isOwn(decoded.version))) {
    return `inference_id ${id} is of version ${decoded.version}, which ${model} does not have`;
  }
  if (item.row !== undefined && decoded.row !== undefined && item.row !== decoded.row) {
    return `row ${item.row} contradicts inference_id ${id}`;
  }
  const problem = labelProblem(item.label, context.spec);
  if (problem) return problem;
  return {
    model,
    inferenceId: id.split('.')[0] as string,
    row: item.row ?? decoded.row ?? 0,
    label: String(item.label),
    eventTime: decoded.eventTime,
    at: at ? new Date(at) : context.now(),
  };
}

function labelProblem(label: string | number | boolean, spec: ModelSpec): string | undefined {
  const known = labelOf(spec);
  if (known.kind === 'number') {
    const isNumber = typeof label === 'number' || (typeof label === 'string' && label.trim() !== '');
    return isNumber && Number.isFinite(Number(label))
      ? undefined
      : `label must be a number, got ${JSON.stringify(label)}`;
  }
  const { classes } = known;
  if (classes.includes(String(label))) return undefined;
  return `label must be one of ${classes.slice(0, 20).join(', ')}, got ${JSON.stringify(label)}`;
}

/** An id names its version only; asked once per version. */
function ownVersions(model: string, { registry }: FeedbackDeps): (version: number) => Promise<boolean> {
  const known = new Map<number, Promise<boolean>>();
  return (version) => {
    const asked =
      known.get(version) ??
      registry.requireVersion(model, version).then(
        () => true,
        (error: unknown) => {
          if (error instanceof NotFoundError) return false;
          throw error;
        },
      );
    known.set(version, asked);
    return asked;
  };
}

/** Requests whose labels are counted at a time. */
const PARALLEL = 20;

async function judgeBy(labels: readonly Label[], spec: ModelSpec, { judged }: FeedbackDeps): Promise<void> {
  const target = labelOf(spec);
  const classes = target.kind === 'class' ? target.classes : [];
  const byRequest = [...Map.groupBy(labels, ({ inferenceId }) => inferenceId)];
  for (let i = 0; i < byRequest.length; i += PARALLEL) {
    await Promise.all(
      byRequest.slice(i, i + PARALLEL).map(([inferenceId, own]) => {
        const rows = own.map(({ row, label, at }) => ({ row, label, atMs: at.getTime() }));
        return judged.label(spec.name, inferenceId, rows, classes);
      }),
    );
  }
}
