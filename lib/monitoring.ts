import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { captureKeys } from '../domain/names.ts';
import type { MonitorModelEnv } from '../lambdas/monitor-model/env.ts';
import type { PartitionCaptureEnv } from '../lambdas/partition-capture/env.ts';
import type { EnvVars } from '../lambdas/runtime/env.ts';
import type { TickMonitorsEnv } from '../lambdas/tick-monitors/env.ts';
import type { Capture } from './capture.ts';
import { EventRoute, millraceEvents, objectCreated } from './event-route.ts';
import { type FunctionDefaults, MillraceFunction } from './millrace-function.ts';
import type { ModelRegistry } from './model-registry.ts';
import type { PrivateBucket } from './private-bucket.ts';
import { WorkQueue } from './work-queue.ts';

export interface MonitoringProps {
  readonly defaults: FunctionDefaults;
  readonly capture: Capture;
  readonly lake: PrivateBucket;
  readonly registry: ModelRegistry;
  /** CloudWatch metrics for each model. */
  readonly modelMetrics: boolean;
}

/**
 * For windows of 5 million rows of one model: with labels added, 20 features take 0.8 GB and 40 s of CPU time of two classes,
 * and 1.2 GB and 53 s of 16 classes and two columns of segments. Beyond, a message ends among the dead letters, and its window
 * has no figures.
 */
const MONITOR_MEMORY_MB = 1_536;
const MONITOR_TIMEOUT = Duration.minutes(5);

/** Sorts what was captured into windows and, once a window is closed, judges it. */
export class Monitoring extends Construct {
  readonly captured: WorkQueue;
  readonly windows: WorkQueue;

  constructor(scope: Construct, id: string, props: MonitoringProps) {
    super(scope, id);
    this.captured = this.sortCapture(props);
    this.windows = this.watchWindows(props);
  }

  private sortCapture({ defaults, capture, registry }: MonitoringProps): WorkQueue {
    const timeout = Duration.minutes(2);
    const queue = new WorkQueue(this, 'Captured', { workerTimeout: timeout });
    const partition = new MillraceFunction(this, 'PartitionCapture', {
      defaults,
      name: 'partition-capture',
      description: 'Sorts captured predictions and labels by model and event-time window',
      environment: {
        TABLE_NAME: registry.table.tableName,
        CAPTURE_BUCKET_NAME: capture.bucket.bucket.bucketName,
      } satisfies EnvVars<typeof PartitionCaptureEnv>,
      memoryMb: 512,
      timeout,
    });
    queue.feed(partition, { batchSize: 1, maxConcurrency: 5 });
    registry.grantRead(partition);
    capture.bucket.grantRead(partition, captureKeys.raw);
    for (const prefix of [captureKeys.windows, captureKeys.dirty]) capture.bucket.grantPut(partition, prefix);
    new EventRoute(this, 'RawCaptureWritten', {
      description: 'Firehose wrote captured predictions or labels',
      pattern: objectCreated(capture.bucket.bucket.bucketName, [{ prefix: captureKeys.raw }]),
      to: queue.queue,
      undelivered: defaults.undelivered,
    });
    return queue;
  }

  private watchWindows({ defaults, capture, lake, registry, modelMetrics }: MonitoringProps): WorkQueue {
    const queue = new WorkQueue(this, 'Windows', { workerTimeout: MONITOR_TIMEOUT });
    const TABLE_NAME = registry.table.tableName;
    const CAPTURE_BUCKET_NAME = capture.bucket.bucket.bucketName;

    const monitor = new MillraceFunction(this, 'MonitorModel', {
      defaults,
      name: 'monitor-model',
      description: 'Adds capture and labels to the record of a window and judges it: drift, quality, bias',
      environment: {
        TABLE_NAME,
        EVENT_BUS_NAME: registry.eventBus.eventBusName,
        LAKE_BUCKET_NAME: lake.bucket.bucketName,
        CAPTURE_BUCKET_NAME,
        // the largest window takes less than the other half
        BEGIN_WITHIN_SECONDS: String(MONITOR_TIMEOUT.toSeconds() / 2),
        MODEL_METRICS: String(modelMetrics),
      } satisfies EnvVars<typeof MonitorModelEnv>,
      memoryMb: MONITOR_MEMORY_MB,
      timeout: MONITOR_TIMEOUT,
    });
    queue.feed(monitor, { batchSize: 1, maxConcurrency: 5 });
    registry.grantReadWrite(monitor);
    registry.grantPublish(monitor);
    lake.grantRead(monitor, 'artifacts/');
    lake.grantPut(monitor, 'artifacts/');
    capture.bucket.grantRead(monitor, captureKeys.windows);
    for (const prefix of [captureKeys.records, captureKeys.indexes]) {
      capture.bucket.grantRead(monitor, prefix);
      capture.bucket.grantPut(monitor, prefix);
    }
    for (const prefix of [captureKeys.dirty, captureKeys.records, captureKeys.indexes]) {
      capture.bucket.grantDelete(monitor, prefix);
    }

    const tick = new MillraceFunction(this, 'TickMonitors', {
      defaults,
      name: 'tick-monitors',
      description: 'Asks for closed windows to be monitored that capture or labels were added to',
      environment: {
        TABLE_NAME,
        MONITOR_QUEUE_URL: queue.queue.queueUrl,
        CAPTURE_BUCKET_NAME,
      } satisfies EnvVars<typeof TickMonitorsEnv>,
      timeout: Duration.minutes(2),
      asynchronous: true,
    });
    registry.grantRead(tick);
    capture.bucket.grantRead(tick, captureKeys.dirty);
    capture.bucket.grantDelete(tick, captureKeys.dirty);
    queue.queue.grantSendMessages(tick);
    const { undelivered } = defaults;
    new EventRoute(this, 'Hourly', {
      description: 'Look for closed windows',
      every: Duration.hours(1),
      to: tick,
      undelivered,
    });
    new EventRoute(this, 'TickRequested', {
      description: 'Somebody asks to monitor as of a moment',
      eventBus: registry.eventBus,
      pattern: millraceEvents('MonitoringTickRequested'),
      to: tick,
      undelivered,
    });
    return queue;
  }
}
