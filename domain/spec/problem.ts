/** One thing that is wrong with a model spec. */
export interface Problem {
  /** Where, as one would write it: `training.xgboost.hyperparameters.eta`, `data.columns[2].min`. */
  readonly path: string;
  readonly message: string;
  /** The value found, as JSON, shortened; `nothing` where there is none. */
  readonly seen: string;
  /** What may stand there instead. */
  readonly allowed: string;
}

export type Path = readonly PropertyKey[];

/** How a rule says that something is wrong. */
export type Report = (path: Path, message: string, seen: unknown, allowed: string) => void;

const SHOWN_CHARACTERS = 100;
const PLAIN_KEY = /^[A-Za-z_][A-Za-z0-9_-]*$/;

export function showPath(path: Path): string {
  let text = '';
  for (const key of path) {
    if (typeof key === 'number') text += `[${key}]`;
    else if (PLAIN_KEY.test(String(key))) text += text === '' ? String(key) : `.${String(key)}`;
    else text += `[${JSON.stringify(String(key))}]`;
  }
  return text;
}

export function showValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value));
  const characters = [...text.slice(0, 2 * SHOWN_CHARACTERS + 2)];
  return characters.length > SHOWN_CHARACTERS ? `${characters.slice(0, SHOWN_CHARACTERS).join('')}…` : text;
}

/** `path: message (seen …; allowed: …)` on one line. */
export function showProblem({ path, message, seen, allowed }: Problem): string {
  return `${path === '' ? 'spec' : path}: ${message} (seen ${seen}; allowed: ${allowed})`;
}

/** Collects problems, each once; what is there in the wrong shape is not missing as well. */
export function problemList(): { problems: Problem[]; report: Report } {
  const problems: Problem[] = [];
  const report: Report = (path, message, seen, allowed) => {
    const problem = { path: showPath(path), message, seen: showValue(seen), allowed };
    const missing = /^(is|are) missing/.test(message);
    const said = problems.some((one) => one.path === problem.path && (missing || one.message === message));
    if (!said && !(missing && problems.some((one) => isBelow(one.path, problem.path)))) problems.push(problem);
  };
  return { problems, report };
}

const isBelow = (path: string, parent: string): boolean =>
  path.startsWith(`${parent}.`) || path.startsWith(`${parent}[`);
