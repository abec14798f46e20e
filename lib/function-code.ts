import { Code, type FunctionProps } from 'aws-cdk-lib/aws-lambda';
import { AssetHashType, DockerImage } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { bundleSources, writeBundle } from './bundles.ts';
import { copyDuckDb, type DuckDbPlatform } from './duckdb-natives.ts';
import { DUCKDB_FUNCTIONS, type FunctionName } from './function-names.ts';

/** Context key: tests of templates, and only they, replace every function's code by a line that says so. */
export const STUB_CODE_CONTEXT = 'millrace:stub-code';

type CodeAndHandler = Pick<FunctionProps, 'code' | 'handler'>;

/** Bundles the Lambdas of one stack when it is synthesized, without Docker. */
export class FunctionCode {
  private readonly stub: boolean;
  private readonly platform: DuckDbPlatform;
  private duckDbAsset: Code | undefined;

  constructor(scope: Construct, platform: DuckDbPlatform) {
    this.stub = String(scope.node.tryGetContext(STUB_CODE_CONTEXT)) === 'true';
    this.platform = platform;
  }

  of(name: FunctionName): CodeAndHandler {
    if (this.stub) {
      const code = Code.fromInline(`exports.handler = async () => { throw new Error('${name} is a stub'); };`);
      return { code, handler: 'index.handler' };
    }
    if ((DUCKDB_FUNCTIONS as readonly string[]).includes(name)) {
      this.duckDbAsset ??= asset(DUCKDB_FUNCTIONS, (folder) => {
        for (const each of DUCKDB_FUNCTIONS) writeBundle(each, folder, `${each}.mjs`);
        copyDuckDb(this.platform, folder);
      });
      return { code: this.duckDbAsset, handler: `${name}.handler` };
    }
    return { code: asset([name], (folder) => writeBundle(name, folder, 'index.mjs')), handler: 'index.handler' };
  }
}

/** The asset's hash is that of what `fill` writes, so unchanged code is not uploaded again. */
function asset(names: readonly FunctionName[], fill: (folder: string) => void): Code {
  return Code.fromAsset(bundleSources(), {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      // CDK wants an image for the case that bundling here is impossible; here it always is possible, or fails
      image: DockerImage.fromRegistry('docker-is-not-used'),
      // never run either, but CDK takes assets of one folder and one command for the same
      command: [...names],
      local: {
        tryBundle: (folder) => {
          fill(folder);
          return true;
        },
      },
    },
  });
}
