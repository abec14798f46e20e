import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../../domain/common-errors.ts';
import { XGBOOST_REGIONS, xgboostImage } from '../../../domain/training/images.ts';

// written out a second time on purpose: a slip in one of the two tables fails
const EXPECTED = `
us-east-1 683313688378 eu-central-2 680994064768 ap-southeast-4 106583098589
us-east-2 257758044811 eu-north-1 662702820516 ap-south-1 720646828776
us-west-1 746614075791 eu-south-1 978288397137 ap-south-2 628508329040
us-west-2 246618743249 eu-south-2 104374241257 ap-east-1 651117190479
ca-central-1 341280168497 ap-northeast-1 354813040037 sa-east-1 737474898029
ca-west-1 190319476487 ap-northeast-2 366743142698 af-south-1 510948584623
eu-west-1 141502667606 ap-northeast-3 867004704886 me-south-1 801668240914
eu-west-2 764974769150 ap-southeast-1 121021644041 me-central-1 272398656194
eu-west-3 659782779980 ap-southeast-2 783357654285 il-central-1 898809789911
eu-central-1 492215442770 ap-southeast-3 951798379941 us-gov-west-1 414596584902
us-gov-east-1 237065988967 cn-north-1 450853457545 cn-northwest-1 451049120500`;

const accounts = [...EXPECTED.matchAll(/(\S+-\d) (\d{12})/g)].map(([, region, account]) => ({ region, account }));

describe('the built-in XGBoost image', () => {
  for (const { region = '', account = '' } of accounts) {
    it(`is taken from account ${account} in ${region}`, () => {
      const host = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
      expect(xgboostImage(region, '3.0-5')).toBe(`${account}.dkr.ecr.${region}.${host}/sagemaker-xgboost:3.0-5`);
    });
  }

  it('has no region that this table does not check', () => {
    expect([...XGBOOST_REGIONS].sort()).toEqual(accounts.map(({ region }) => region).sort());
  });

  it('is found for both versions a spec may name', () => {
    expect(xgboostImage('eu-west-1', '1.7-1')).toMatch(/sagemaker-xgboost:1\.7-1$/);
  });

  for (const region of ['mars-north-1', 'us-iso-east-1', '', 'toString']) {
    it(`is refused for the unknown region "${region}", by name`, () => {
      expect(() => xgboostImage(region, '3.0-5')).toThrow(InvalidInputError);
      expect(() => xgboostImage(region, '3.0-5')).toThrow(`region ${region}`);
    });
  }

  for (const version of ['latest', '1', '0.90-2', '3.0-5 ']) {
    it(`is refused for version "${version}"`, () => {
      expect(() => xgboostImage('us-east-1', version)).toThrow(`got ${version}`);
    });
  }
});
