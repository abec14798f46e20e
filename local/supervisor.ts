/**
 * The background process of the local platform. It holds the front door, runs MiniStack and the SageMaker stand-in, and
 * ends with all of them. Started by local/platform.ts, to which it reports over the IPC channel.
 */
import { randomUUID } from 'node:crypto';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type Backends, type FrontDoor, startFrontDoor } from './front-door.ts';
import { type MiniStack, startMiniStack } from './ministack.ts';
import { freePort } from './ports.ts';
import { ensurePython } from './python.ts';
import { type SageMakerServer, startSageMaker } from './sagemaker/server.ts';
import { readSupervisor, type StateFolder, type SupervisorRecord, stateFolder, writeJson } from './state.ts';

export interface SupervisorArguments {
  readonly dir: string;
  readonly port: number;
  readonly python: string;
  readonly fingerprint: string;
  readonly region: string;
  readonly accountId: string;
}

export type SupervisorMessage = { progress: string } | { ready: SupervisorRecord } | { error: string };

const RESTARTS = 5;
const FIRST_BACKOFF_MS = 500;
// a MiniStack that has run this long has recovered; the next failure counts from one again
const STABLE_AFTER_MS = 60_000;

class Supervisor {
  private readonly id = randomUUID();
  private readonly startedAt = new Date().toISOString();
  private readonly options: SupervisorArguments;
  private readonly state: StateFolder;
  private readonly backends: Backends = {};
  private readonly ministackLog: number;
  private readonly sagemakerLog: number;
  private frontDoor: FrontDoor | undefined;
  private ministack: MiniStack | undefined;
  private sagemaker: SageMakerServer | undefined;
  private stopping = false;

  constructor(options: SupervisorArguments) {
    this.options = options;
    this.state = stateFolder(options.dir);
    mkdirSync(this.state.logs, { recursive: true });
    this.ministackLog = openSync(join(this.state.logs, 'ministack.log'), 'a');
    this.sagemakerLog = openSync(join(this.state.logs, 'sagemaker.log'), 'a');
  }

  async start(): Promise<SupervisorRecord> {
    const { port, region, accountId } = this.options;
    this.frontDoor = await startFrontDoor(port, this.backends, () => this.health());
    const frontDoorPort = this.frontDoor.port;
    tell({ progress: `front door on http://127.0.0.1:${frontDoorPort}` });
    await this.runMiniStack(frontDoorPort);
    tell({ progress: 'MiniStack is up' });
    this.sagemaker = await startSageMaker({
      port: 0,
      stateDir: this.state.sagemaker,
      awsEndpoint: `http://127.0.0.1:${frontDoorPort}`,
      region,
      accountId,
      python: (version) => ensurePython(version === '1.7-1' ? 'xgboost-1.7' : 'platform', log),
      log: (line) => void writeSync(this.sagemakerLog, stamped(line)),
    });
    this.backends.sagemaker = this.sagemaker.port;
    tell({ progress: 'the SageMaker stand-in is up' });
    this.watch(frontDoorPort).catch((error) => this.fail(error));
    const record = this.record(frontDoorPort);
    writeJson(this.state.supervisor, record);
    return record;
  }

  async stop(): Promise<void> {
    if (this.stopping) return;
    this.stopping = true;
    await this.sagemaker?.stop();
    // last calls of Lambdas still pass the front door while MiniStack saves its state
    await this.ministack?.stop();
    await this.frontDoor?.stop();
    if (readSupervisor(this.options.dir)?.id === this.id) rmSync(this.state.supervisor, { force: true });
    closeSync(this.ministackLog);
    closeSync(this.sagemakerLog);
  }

  private async runMiniStack(frontDoorPort: number): Promise<void> {
    const port = await freePort();
    const temporary = mkdtempSync(join(tmpdir(), 'millrace-'));
    const { python, region, accountId } = this.options;
    const { state, ministackLog: logFd } = this;
    this.ministack = await startMiniStack({ python, port, frontDoorPort, state, temporary, region, accountId, logFd });
    this.backends.ministack = port;
  }

  /** Restarts MiniStack when it ends, a little later each time, and gives up after too many failures in a row. */
  private async watch(frontDoorPort: number): Promise<void> {
    for (let failures = 0; ; ) {
      const upSince = Date.now();
      await this.ministack?.exited;
      if (this.stopping) return;
      delete this.backends.ministack;
      // whatever Lambda processes it left behind
      await this.ministack?.stop();
      failures = Date.now() - upSince > STABLE_AFTER_MS ? 1 : failures + 1;
      if (failures > RESTARTS) throw new Error(`MiniStack ended ${failures} times in a row`);
      const backoffMs = FIRST_BACKOFF_MS * 2 ** (failures - 1);
      log(`MiniStack ended; restart ${failures} of ${RESTARTS} in ${backoffMs} ms`);
      await sleep(backoffMs);
      if (this.stopping) return;
      try {
        await this.runMiniStack(frontDoorPort);
        writeJson(this.state.supervisor, this.record(frontDoorPort));
        log('MiniStack is up again');
      } catch (error) {
        log(`MiniStack did not start: ${error instanceof Error ? error.message : error}`);
      }
    }
  }

  private async fail(error: unknown): Promise<void> {
    log(`giving up: ${error instanceof Error ? error.message : error}`);
    await this.stop();
    process.exit(1);
  }

  private record(port: number): SupervisorRecord {
    return {
      id: this.id,
      pid: process.pid,
      port,
      ministackPort: this.backends.ministack ?? 0,
      ministackPid: this.ministack?.pid ?? 0,
      sagemakerPort: this.backends.sagemaker ?? 0,
      fingerprint: this.options.fingerprint,
      startedAt: this.startedAt,
    };
  }

  private health() {
    const { ministack, sagemaker } = this.backends;
    return {
      id: this.id,
      pid: process.pid,
      startedAt: this.startedAt,
      ministack: ministack === undefined ? 'down' : 'up',
      sagemaker: sagemaker === undefined ? 'down' : 'up',
    };
  }
}

function stamped(line: string): string {
  return `${new Date().toISOString()} ${line}\n`;
}

function log(line: string): void {
  process.stderr.write(stamped(line));
}

function tell(message: SupervisorMessage): void {
  if ('progress' in message) log(message.progress);
  if (process.connected) process.send?.(message, () => {});
}

async function run(): Promise<void> {
  const { values } = parseArgs({ options: { arguments: { type: 'string' } } });
  const supervisor = new Supervisor(JSON.parse(values.arguments ?? '{}') as SupervisorArguments);
  const stop = (signal: string) => {
    log(`${signal}: stopping`);
    supervisor.stop().then(
      () => process.exit(0),
      (error) => {
        log(String(error));
        process.exit(1);
      },
    );
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, stop);
  process.on('unhandledRejection', (reason) => log(`unhandled: ${reason instanceof Error ? reason.stack : reason}`));
  try {
    tell({ ready: await supervisor.start() });
    if (process.connected) process.disconnect();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    log(`did not start: ${error instanceof Error ? error.stack : error}`);
    tell({ error: message });
    await supervisor.stop();
    process.exit(1);
  }
}

await run();
