import { Decision } from '../../domain/registry/entities.ts';
import { sections } from '../format.ts';
import { pathTo } from '../registry-client.ts';
import { showCommand } from '../registry-lists.ts';

export const decisionsShow = showCommand({
  noun: 'decisions',
  id: 'decision',
  summary: 'Show a decision with the figures it was made on',
  read: async (client, model, id) => {
    const decision = await client.get(pathTo('models', model, 'decisions', id), Decision);
    const { reasons, numbers, runId, version, ...rest } = decision;
    const about = { run: runId, version };
    const text = sections(rest, {
      reasons: reasons.length > 0 ? reasons : undefined,
      numbers: Object.keys(numbers).length > 0 ? numbers : undefined,
      lineage: runId !== undefined || version !== undefined ? about : undefined,
    });
    return { value: decision, text };
  },
});
