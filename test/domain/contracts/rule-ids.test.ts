import { expect, it } from 'vitest';
import { compileContract } from '../../../domain/contracts/contract.ts';
import { generatedRuleIds } from '../../../domain/contracts/rule-ids.ts';
import { aModelSpec, type Overrides } from '../../fixtures/builders.ts';

const CONTRACTS: Readonly<Record<string, Overrides>> = {
  'the small spec': {},
  'a spec with classes': { classes: ['0', '1'] },
  'a spec with every constraint': {
    classes: ['no', 'yes'],
    data: {
      columns: [
        { name: 'id', type: 'string', unique: true, minLength: 1, maxLength: 9, pattern: '\\w+' },
        { name: 'at', type: 'timestamp', nullable: true, unique: true, zone: 'Europe/Berlin' },
        { name: 'n', type: 'number', min: 0, nan: 'allow', infinity: 'allow' },
        { name: 'm', type: 'number', max: 0 },
        { name: 'c', type: 'category', values: ['a'], maxUnseenShare: 0.1 },
        { name: 'd', type: 'category', values: ['a'] },
        { name: 'yes', type: 'boolean' },
        { name: 'y', type: 'category' },
      ],
      target: 'y',
      id: 'id',
      timestamp: undefined,
      protected: [],
      keys: [['n', 'm'], ['c']],
    },
  },
};

for (const [what, overrides] of Object.entries(CONTRACTS))
  it(`generatedRuleIds names what the contract of ${what} is made of`, () => {
    const spec = aModelSpec(overrides);
    const compiled = compileContract(
      spec,
      spec.data.columns.map(() => 'VARCHAR'),
    );
    expect(generatedRuleIds(spec).toSorted()).toEqual(compiled.rules.map(({ id }) => id).toSorted());
  });
