import { type Change, same } from './compatibility-fields.ts';
import { featureNames, type ModelSpec } from './model-spec.ts';
import { showPath, showValue } from './problem.ts';

/** Everything outside `data` that models and callers rely on. */
export function compareModels(before: ModelSpec, after: ModelSpec): Change[] {
  const changes: Change[] = [];
  const differ = (path: string, kind: Change['kind'], was: unknown, is: unknown, why = ''): void => {
    const message = `was ${showValue(was)}, is ${showValue(is)}${why && `: ${why}`}`;
    if (!same(was, is)) changes.push({ path, kind, message });
  };
  differ('name', 'breaking', before.name, after.name, 'another model');
  differ('description', 'neutral', before.description, after.description);
  differ('task', 'breaking', before.task, after.task, 'models are judged by other metrics and answer otherwise');
  differ('classes', 'breaking', labels(before), labels(after), 'models answer with other classes, or in another order');
  const [was, is] = [before.training.split.holdout, after.training.split.holdout];
  if (is > was)
    differ('training.split.holdout', 'breaking', was, is, 'the champion would be judged on rows it was trained on');
  else differ('training.split.holdout', 'neutral', was, is);
  return [...changes, ...compareFeatures(featureNames(before), featureNames(after))];
}

/** A binary task without `classes` has these, in this order. */
function labels({ task, classes, data }: ModelSpec): readonly string[] | undefined {
  if (classes || task !== 'binary') return classes;
  const target = data.columns.find(({ name }) => name === data.target);
  return target?.type === 'boolean' ? ['false', 'true'] : ['0', '1'];
}

function compareFeatures(before: readonly string[], after: readonly string[]): Change[] {
  const change = (name: string, message: string): Change => ({
    path: showPath(['features', name]),
    kind: 'breaking',
    message,
  });
  const changes = [
    ...after.filter((name) => !before.includes(name)).map((name) => change(name, 'is new: requests must carry it')),
    ...before
      .filter((name) => !after.includes(name))
      .map((name) => change(name, 'is no feature any more: requests must not carry it')),
  ];
  if (changes.length === 0 && !same(before, after))
    changes.push({ path: 'features', kind: 'neutral', message: 'stand in another order; requests name them' });
  return changes;
}
