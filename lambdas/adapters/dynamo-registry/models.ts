import { canonicalDigest } from '../../../domain/canonical-json.ts';
import { CapturePolicy, capturePolicyOf } from '../../../domain/capture/policy.ts';
import { NotFoundError } from '../../../domain/common-errors.ts';
import { audited } from '../../../domain/registry/changes.ts';
import { RegisteredModel, SpecVersion } from '../../../domain/registry/entities.ts';
import { GSI1, keys, modelPartition, PREFIX } from '../../../domain/registry/keys.ts';
import { checkSpecSize } from '../../../domain/registry/limits.ts';
import type { Registry } from '../../../domain/registry/ports.ts';
import { commit, findModelItem, overwrite, put } from './commit.ts';
import { fromItem, toItem } from './items.ts';
import { getItem, queryItems, type RegistryTable } from './table.ts';

export function modelMethods(
  table: RegistryTable,
): Pick<Registry, 'findModel' | 'listModels' | 'applySpec' | 'requireSpec' | 'listSpecs' | 'findCapturePolicy'> {
  return {
    async findModel(name) {
      const item = await getItem(table, keys.model(name));
      return item && fromItem(RegisteredModel, item);
    },

    async listModels() {
      const items = await queryItems(table, { partition: GSI1.models, index: 'GSI1' });
      return items.map((item) => fromItem(RegisteredModel, item));
    },

    async applySpec(spec, change) {
      checkSpecSize(spec);
      const { name, task } = spec;
      const digest = canonicalDigest(spec);
      const at = change.at.toISOString();
      return commit(table, name, change, async (current) => {
        if (current?.specDigest === digest) return { result: { version: current.specVersion, created: false } };
        const lookup = await getItem(table, keys.specDigest(name, digest));
        const version: number = lookup?.version ?? (current?.specSeq ?? 0) + 1;
        const applied = { model: name, version, digest, spec, by: change.by, at };
        return {
          result: { version, created: !lookup },
          audited: audited.specApplied(applied),
          writes: [
            overwrite(
              toItem(keys.capturePolicy(name), { type: 'capture-policy', rev: 1 }, capturePolicyOf(spec, version)),
            ),
            ...(lookup
              ? []
              : [
                  put(toItem(keys.spec(name, version), { type: 'spec', rev: 1 }, applied)),
                  put(toItem(keys.specDigest(name, digest), { type: 'spec-digest', rev: 1 }, { version })),
                ]),
          ],
          model: {
            ...(current ? {} : { name, createdAt: at }),
            ...(lookup ? {} : { specSeq: version }),
            task,
            specVersion: version,
            specDigest: digest,
            updatedAt: at,
          },
        };
      });
    },

    async requireSpec(model, version) {
      const wanted = version ?? (await findModelItem(table, model))?.specVersion;
      if (wanted === undefined) throw new NotFoundError(`model ${model}`);
      const item = await getItem(table, keys.spec(model, wanted));
      if (!item) throw new NotFoundError(`spec ${wanted} of ${model}`);
      return fromItem(SpecVersion, item);
    },

    async listSpecs(model, limit) {
      const query = { partition: modelPartition(model), prefix: PREFIX.spec, newestFirst: true, limit };
      return (await queryItems(table, query)).map((item) => fromItem(SpecVersion, item));
    },

    async findCapturePolicy(model) {
      const item = await getItem(table, keys.capturePolicy(model));
      return item && fromItem(CapturePolicy, item);
    },
  };
}
