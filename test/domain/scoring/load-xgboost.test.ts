import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeUbj } from '../../../bench/random-model.ts';
import { PlatformError } from '../../../domain/errors.ts';
import { MalformedModelError, OldBinaryModelError, UnsupportedModelError } from '../../../domain/scoring/errors.ts';
import { loadXgboost } from '../../../domain/scoring/load-xgboost.ts';
import { aModelDocument, aTree, inBothFormats, type ModelOverrides } from './a-model.ts';
import { fixtureBytes } from './xgboost-fixtures.ts';

const ascii = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const thrownBy = (act: () => unknown): unknown => {
  try {
    act();
  } catch (error) {
    return error;
  }
  return undefined;
};

describe('the format of a model file', () => {
  it('is told from its content, with white space or a byte order mark before JSON', () => {
    const json = new TextDecoder().decode(inBothFormats(aModelDocument())[1]?.bytes);
    for (const prefix of ['', '\n  ', '\uFEFF', '\uFEFF\r\n']) {
      expect(loadXgboost(new TextEncoder().encode(prefix + json)).numTrees).toBe(1);
    }
    const spaced = JSON.stringify(JSON.parse(json), undefined, 2);
    expect(loadXgboost(new TextEncoder().encode(spaced)).numTrees).toBe(1);
  });

  it('may be read from the middle of a larger buffer', () => {
    const bytes = encodeUbj(aModelDocument());
    const larger = Buffer.concat([Buffer.from('x'), bytes, Buffer.from('y')]);
    const model = loadXgboost(larger.subarray(1, -1));
    larger.fill(0); // the model keeps nothing of the caller's memory
    expect(model.predictRow(Float32Array.of(1, 0))).toEqual(Float32Array.of(2));
  });

  it('is refused with the conversion spelled out when it is the old binary of XGBoost 1.7', () => {
    const error = thrownBy(() => loadXgboost(fixtureBytes('1.7.4', 'refused-old-binary')));
    expect(error).toBeInstanceOf(OldBinaryModelError);
    expect(error).toMatchObject({ kind: 'invalid', name: 'OldBinaryModelError' });
    expect((error as Error).message).toContain(
      `python -c "import xgboost as x; b=x.Booster(model_file='old'); b.save_model('xgboost-model.ubj')"`,
    );
    expect((error as Error).message).toContain('3.1 and later dropped');
  });

  for (const { what, bytes, says } of [
    { what: 'base64 of the old binary', bytes: ascii('bs64\tAAAA'), says: 'old binary format' },
    { what: 'nothing', bytes: new Uint8Array(0), says: 'neither UBJ nor JSON' },
    { what: 'text', bytes: ascii('booster[0]:'), says: 'neither UBJ nor JSON' },
    { what: 'a gzip archive', bytes: ascii('\x1f\x8b\x08'), says: 'unpack model.tar.gz' },
    { what: 'a pickle', bytes: ascii('\x80\x05\x95'), says: 'pickle' },
    { what: 'a snapshot', bytes: ascii('CONFIG-offset:12'), says: 'snapshot' },
    { what: 'cut JSON', bytes: ascii('{"learner":{'), says: 'JSON of the model is damaged' },
    { what: 'JSON that is not UTF-8', bytes: ascii('{"learner":"\xff"}'), says: 'not UTF-8' },
    { what: 'a list', bytes: ascii(' []'), says: 'the document is not an object' },
    { what: 'another JSON', bytes: ascii('{"name":"x"}'), says: 'learner is not an object' },
    { what: 'an empty UBJSON object', bytes: ascii('{}'), says: 'learner is not an object' },
  ]) {
    it(`is refused when the file holds ${what}`, () => {
      const error = thrownBy(() => loadXgboost(bytes));
      expect(error).toBeInstanceOf(PlatformError);
      expect((error as Error).message).toContain(says);
    });
  }
});

describe('a model that this scorer does not compute', () => {
  for (const version of ['1.7.4', '3.0.5', '3.2.0']) {
    for (const format of ['ubj', 'json']) {
      it(`is refused for its categorical splits: ${version} from ${format}`, () => {
        const act = () => loadXgboost(fixtureBytes(version, `refused-categorical.${format}`));
        expect(act).toThrow(UnsupportedModelError);
        expect(act).toThrow('categorical splits');
      });
    }
  }

  for (const version of ['3.0.5', '3.2.0']) {
    it(`is refused for its vector leaves: ${version}`, () => {
      const act = () => loadXgboost(fixtureBytes(version, 'refused-vector-leaf.ubj'));
      expect(act).toThrow(UnsupportedModelError);
      expect(act).toThrow('vector leaves');
    });
  }

  for (const [what, overrides, says] of [
    ['objective', { objective: 'reg:quantileerror' }, '"reg:quantileerror" is not one of binary:hinge'],
    ['inherited property as objective', { objective: 'constructor' }, '"constructor" is not one of'],
    ['booster', { booster: { name: 'gbforest' } }, '"gbforest" is not one of gbtree, dart, gblinear'],
    ['number of classes', { objective: 'multi:softprob', param: { num_class: '10001' } }, '10001 classes'],
  ] as const satisfies readonly (readonly [string, ModelOverrides, string])[]) {
    it(`is refused for its ${what}`, () => {
      const act = () => loadXgboost(encodeUbj(aModelDocument(overrides)));
      expect(act).toThrow(UnsupportedModelError);
      expect(act).toThrow(says);
    });
  }
});

describe('a damaged model', () => {
  const withTree = (overrides: Record<string, unknown>): ModelOverrides => ({ trees: [aTree(overrides)] });
  const cases: readonly (readonly [string, ModelOverrides, string])[] = [
    ['a cycle', withTree({ left_children: [0, -1, -1] }), 'node 0 has two parents or is its own ancestor'],
    ['a cycle below the root', withTree({ left_children: [1, 1, -1], right_children: [2, 2, -1] }), 'node 1 has two'],
    ['a child with two parents', withTree({ right_children: [1, -1, -1] }), 'node 1 has two parents'],
    ['a child out of range', withTree({ right_children: [3, -1, -1] }), 'has the child 3, of 3 nodes'],
    ['a negative child', withTree({ left_children: [-2, -1, -1] }), 'has the child -2'],
    ['a right child only', withTree({ left_children: [-1, -1, -1] }), 'node 0 has a right child only'],
    ['a left child only', withTree({ right_children: [-1, -1, -1] }), 'has the child -1'],
    ['a feature out of range', withTree({ split_indices: [2, 0, 0] }), 'splits on feature 2, of 2'],
    ['a negative feature', withTree({ split_indices: [-1, 0, 0] }), 'splits on feature -1'],
    ['a threshold that is no number', withTree({ split_conditions: [null, 0, 0] }), 'node 0 has no threshold'],
    ['a leaf that is no number', withTree({ split_conditions: [0, null, 0] }), 'leaf 1 is NaN'],
    ['a leaf beyond float32', withTree({ split_conditions: [0, 1e39, 0] }), 'leaf 1 is Infinity'],
    ['lists of different lengths', withTree({ default_left: [0, 0] }), 'default_left has 2 of 3 nodes'],
    ['a fraction as a child', withTree({ left_children: [1.5, -1, -1] }), 'left_children[0] is not a 32-bit integer'],
    ['text as a threshold', withTree({ split_conditions: ['a', 0, 0] }), 'split_conditions[0] is not a number'],
    ['a tree without nodes', withTree({ left_children: [] }), 'has no nodes'],
    ['a tree that is a list', { trees: [[] as never] }, 'trees[0] is not an object'],
    ['more trees than tree_info', { treeInfo: [] }, 'tree_info has 0 entries for 1 trees'],
    ['a tree of no class', { treeInfo: [1] }, 'tree_info[0] is 1, of 1 outputs'],
    ['a softmax without classes', { objective: 'multi:softmax' }, 'num_class is 0'],
    ['no base score', { param: { base_score: '' } }, 'base_score is ""'],
    ['a base score that is text', { param: { base_score: '[a]' } }, 'base_score is "[a]"'],
    ['a base score that is missing', { param: { base_score: null } }, 'base_score'],
    ['too many base scores', { param: { base_score: '[1E0,2E0]' } }, 'base_score has 2 values for 1 outputs'],
    ['a negative feature count', { param: { num_feature: '-1' } }, 'num_feature is not a count'],
    ['too many features', { param: { num_feature: '2000000000' } }, 'num_feature is 2000000000'],
    ['names for some features', { learner: { feature_names: ['a'] } }, 'feature_names has 1 names for 2 features'],
    ['a name that is no text', { learner: { feature_names: ['a', 1] } }, 'feature_names[1] is not a string'],
    ['no objective', { learner: { objective: {} } }, 'learner.objective.name is not a string'],
    [
      'dart weights for other trees',
      { booster: { name: 'dart', weight_drop: [1, 2], gbtree: { model: { trees: [aTree()], tree_info: [0] } } } },
      'weight_drop has 2 entries for 1 trees',
    ],
    ['too few linear weights', { booster: { name: 'gblinear', model: { weights: [1, 2] } } }, 'has 2 of 3 weights'],
    [
      'a linear weight that is no number',
      { booster: { name: 'gblinear', model: { weights: [1, null, 2] } } },
      'a weight that is not finite',
    ],
  ];

  for (const [what, overrides, says] of cases) {
    for (const { format, bytes } of inBothFormats(aModelDocument(overrides))) {
      it(`is refused for ${what} in ${format}`, () => {
        const act = () => loadXgboost(bytes);
        expect(act).toThrow(MalformedModelError);
        expect(act).toThrow(says);
      });
    }
  }

  it('is refused or still scores, whichever bytes of it are changed', () => {
    for (const file of ['binary-logistic.ubj', 'multi-softprob.json', 'dart.ubj', 'gblinear.ubj']) {
      const original = fixtureBytes('3.0.5', file);
      const change = fc.tuple(fc.nat({ max: original.length - 1 }), fc.nat({ max: 255 }));
      fc.assert(
        fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
          const bytes = Uint8Array.from(original);
          for (const [at, byte] of changes) bytes[at] = byte;
          const error = thrownBy(() => {
            const model = loadXgboost(bytes);
            if (model.numFeatures < 1000) model.predict(new Float32Array(3 * model.numFeatures), model.numFeatures);
          });
          expect(error === undefined || error instanceof PlatformError, String(error)).toBe(true);
        }),
        { numRuns: 300 },
      );
    }
  });
});
