import { InvalidInputError } from '../common-errors.ts';

/**
 * Account that holds SageMaker's built-in XGBoost in each region: one per region, for every version.
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg-ecr-paths/sagemaker-algo-docker-registry-paths.html
 * @see https://github.com/aws/sagemaker-python-sdk/blob/master/src/sagemaker/image_uri_config/xgboost.json
 */
const XGBOOST_ACCOUNTS: Readonly<Record<string, string>> = {
  'us-east-1': '683313688378',
  'us-east-2': '257758044811',
  'us-west-1': '746614075791',
  'us-west-2': '246618743249',
  'ca-central-1': '341280168497',
  'ca-west-1': '190319476487',
  'eu-west-1': '141502667606',
  'eu-west-2': '764974769150',
  'eu-west-3': '659782779980',
  'eu-central-1': '492215442770',
  'eu-central-2': '680994064768',
  'eu-north-1': '662702820516',
  'eu-south-1': '978288397137',
  'eu-south-2': '104374241257',
  'ap-northeast-1': '354813040037',
  'ap-northeast-2': '366743142698',
  'ap-northeast-3': '867004704886',
  'ap-southeast-1': '121021644041',
  'ap-southeast-2': '783357654285',
  'ap-southeast-3': '951798379941',
  'ap-southeast-4': '106583098589',
  'ap-south-1': '720646828776',
  'ap-south-2': '628508329040',
  'ap-east-1': '651117190479',
  'sa-east-1': '737474898029',
  'af-south-1': '510948584623',
  'me-south-1': '801668240914',
  'me-central-1': '272398656194',
  'il-central-1': '898809789911',
  'us-gov-west-1': '414596584902',
  'us-gov-east-1': '237065988967',
  'cn-north-1': '450853457545',
  'cn-northwest-1': '451049120500',
};

/** Regions with a known image. */
export const XGBOOST_REGIONS: readonly string[] = Object.keys(XGBOOST_ACCOUNTS);

/** Tags of the image; `latest` and `1` are XGBoost 0.72 and read other files. */
const XGBOOST_VERSIONS: readonly string[] = ['1.7-1', '3.0-5'];

/**
 * SageMaker's built-in XGBoost.
 * @returns image URI
 * @throws InvalidInputError for a region or a version whose image is not known
 */
export function xgboostImage(region: string, version: string): string {
  const account = Object.hasOwn(XGBOOST_ACCOUNTS, region) ? XGBOOST_ACCOUNTS[region] : undefined;
  if (!account) throw new InvalidInputError([`no built-in XGBoost image is known for region ${region}`]);
  if (!XGBOOST_VERSIONS.includes(version)) {
    throw new InvalidInputError([`XGBoost version must be one of ${XGBOOST_VERSIONS.join(', ')}, got ${version}`]);
  }
  const suffix = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  return `${account}.dkr.ecr.${region}.${suffix}/sagemaker-xgboost:${version}`;
}
