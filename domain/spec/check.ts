import { canonicalJson } from '../canonical-json.ts';
import { MAX_SPEC_BYTES } from '../registry/limits.ts';
import { draftOf, type SpecDraft } from './draft.ts';
import { reportIssue } from './issues.ts';
import { ModelSpec } from './model-spec.ts';
import { type Path, type Problem, problemList, type Report } from './problem.ts';
import { checkRules } from './rules/checks.ts';
import { classRules } from './rules/classes.ts';
import { columnContractRules } from './rules/column-contract.ts';
import { contractRules } from './rules/contract.ts';
import { dataRules } from './rules/data.ts';
import { deploymentRules } from './rules/deployment.ts';
import { evaluationRules } from './rules/evaluation.ts';
import { monitoredFigureRules } from './rules/monitored-figures.ts';
import { monitoringRules } from './rules/monitoring.ts';
import { rolloutRules } from './rules/rollout.ts';
import { trainingRules } from './rules/training.ts';
import { tuningRules } from './rules/tuning.ts';
import { xgboostRules } from './rules/xgboost.ts';
import { SPEC_TERMS } from './terms.ts';

export type { Problem } from './problem.ts';

const RULES: readonly ((draft: SpecDraft, report: Report) => void)[] = [
  dataRules,
  columnContractRules,
  contractRules,
  checkRules,
  classRules,
  trainingRules,
  xgboostRules,
  tuningRules,
  evaluationRules,
  deploymentRules,
  rolloutRules,
  monitoringRules,
  monitoredFigureRules,
];

/**
 * Judges a model spec document: its shape and every rule across its fields.
 * @param document parsed JSON or YAML
 * @returns the spec with its defaults, or every problem at once
 */
export function checkSpec(document: unknown): { spec: ModelSpec } | { problems: Problem[] } {
  const { problems, report } = problemList();
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    report([], 'must be an object', document, 'an object with apiVersion, name, task, data, training, evaluation');
    return { problems };
  }
  refuseProto(document, [], report);
  const parsed = ModelSpec.safeParse(document);
  if (!parsed.success) for (const issue of parsed.error.issues) reportIssue(issue, document, report, SPEC_TERMS);
  const draft = parsed.success ? parsed.data : draftOf(document, parsed.error.issues);
  for (const rule of RULES) rule(draft, report);
  if (parsed.success && problems.length === 0) {
    const bytes = Buffer.byteLength(canonicalJson(parsed.data));
    if (bytes <= MAX_SPEC_BYTES) return { spec: parsed.data };
    report([], 'is too large', `${bytes} bytes`, `at most ${MAX_SPEC_BYTES} bytes, defaults included`);
  }
  return { problems };
}

/** Readers of JSON differ on this key, so no part of a spec is called like it. */
function refuseProto(value: unknown, path: Path, report: Report): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, member] of Object.entries(value)) {
    const at = [...path, Array.isArray(value) ? Number(key) : key];
    if (key === '__proto__') report(at, 'is not allowed as a key', key, 'another name');
    else refuseProto(member, at, report);
  }
}
