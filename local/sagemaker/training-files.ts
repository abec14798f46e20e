import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { archiveFolder, filesBelow } from './archive.ts';
import type { Context } from './context.ts';
import { joinS3Uri, parseS3Uri } from './s3.ts';
import type { TrainingJob } from './training-state.ts';

const OPT_ML = '/opt/ml';
const DEFAULT_CHECKPOINTS = '/opt/ml/checkpoints';

/** The folder that stands in for `/opt/ml` of one training job. */
export class TrainingFiles {
  readonly root: string;
  readonly logFile: string;
  readonly #context: Context;
  readonly #job: TrainingJob;

  constructor(context: Context, job: TrainingJob) {
    const folder = join(context.stateDir, 'training-job-files', job.name);
    this.root = join(folder, 'ml');
    this.logFile = join(folder, 'training.log');
    this.#context = context;
    this.#job = job;
  }

  /** Lays out the tree, writes the configuration and downloads channels and earlier checkpoints. */
  async prepare(signal: AbortSignal): Promise<void> {
    rmSync(this.root, { recursive: true, force: true });
    for (const folder of ['input/config', 'input/data', 'model', 'output/data', 'tmp']) {
      mkdirSync(join(this.root, folder), { recursive: true });
    }
    this.#writeConfig('hyperparameters', this.#job.HyperParameters ?? {});
    this.#writeConfig('resourceconfig', { current_host: 'algo-1', hosts: ['algo-1'], network_interface_name: 'lo' });
    const channels = this.#job.InputDataConfig ?? [];
    this.#writeConfig(
      'inputdataconfig',
      Object.fromEntries(
        channels.map(({ ChannelName, ContentType }) => [
          ChannelName,
          {
            ...(ContentType === undefined ? {} : { ContentType }),
            TrainingInputMode: 'File',
            S3DistributionType: 'FullyReplicated',
            RecordWrapperType: 'None',
          },
        ]),
      ),
    );
    for (const { ChannelName, DataSource } of channels) {
      const folder = join(this.root, 'input/data', ChannelName);
      mkdirSync(folder, { recursive: true });
      await this.#context.objects.download(parseS3Uri(DataSource.S3DataSource.S3Uri), folder, signal);
    }
    const checkpoints = this.#checkpoints();
    if (checkpoints) {
      mkdirSync(checkpoints.folder, { recursive: true });
      this.#writeConfig('checkpointconfig', { LocalPath: checkpoints.folder });
      const prefix = parseS3Uri(`${checkpoints.uri}/`);
      await this.#context.objects.download(prefix, checkpoints.folder, signal);
    }
  }

  /** What the program wrote to `output/failure`. */
  failure(): string | undefined {
    try {
      return readFileSync(join(this.root, 'output/failure'), 'utf8').trim() || undefined;
    } catch {
      return undefined;
    }
  }

  async hasModel(): Promise<boolean> {
    return (await filesBelow(join(this.root, 'model'))).length > 0;
  }

  /** @returns the URI of the uploaded `model.tar.gz` */
  async uploadModel(): Promise<string> {
    return this.#uploadArchive('model', 'model.tar.gz');
  }

  /** Uploads `output/data` if there is any, and the checkpoints. */
  async uploadOutput(): Promise<void> {
    if ((await filesBelow(join(this.root, 'output/data'))).length > 0) {
      await this.#uploadArchive('output/data', 'output.tar.gz');
    }
    const checkpoints = this.#checkpoints();
    if (!checkpoints) return;
    for (const name of await filesBelow(checkpoints.folder)) {
      await this.#context.objects.upload(parseS3Uri(joinS3Uri(checkpoints.uri, name)), join(checkpoints.folder, name));
    }
  }

  /** Removes data and model; the log stays. */
  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  async #uploadArchive(folder: string, name: string): Promise<string> {
    const uri = joinS3Uri(this.#job.OutputDataConfig.S3OutputPath, this.#job.name, 'output', name);
    const scratch = await mkdtemp(join(tmpdir(), 'millrace-'));
    try {
      await archiveFolder(join(this.root, folder), join(scratch, name));
      await this.#context.objects.upload(parseS3Uri(uri), join(scratch, name));
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
    return uri;
  }

  #checkpoints(): { readonly folder: string; readonly uri: string } | undefined {
    const config = this.#job.CheckpointConfig;
    if (!config) return undefined;
    const below = (config.LocalPath ?? DEFAULT_CHECKPOINTS).slice(OPT_ML.length);
    return { folder: join(this.root, below), uri: config.S3Uri.replace(/\/+$/, '') };
  }

  #writeConfig(name: string, value: unknown): void {
    writeFileSync(join(this.root, 'input/config', `${name}.json`), JSON.stringify(value));
  }
}
