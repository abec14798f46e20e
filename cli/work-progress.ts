import type { Io } from './command.ts';

export interface WorkStep {
  readonly step: string;
  readonly share?: number;
}

export interface WorkProgress {
  report(step: WorkStep): void;
  /** Clears the line that was rewritten. */
  end(): void;
}

export interface ProgressOutput {
  write(text: string): void;
  readonly isTerminal: boolean;
  /** Milliseconds since any moment. */
  now(): number;
  /** Calls again and again, also while no step is reported. @returns what ends it */
  repeat(tick: () => void, everyMs: number): () => void;
}

/** Work that is done sooner says nothing. */
const QUIET_MS = 1_000;
const TICK_MS = 1_000;
const REWRITE_EVERY_MS = 100;
/** Where lines stay, one for a new step, and now and then one for the same. */
const LINE_EVERY_MS = 3_000;
const SAME_LINE_EVERY_MS = 30_000;
const CLEAR = '\r\u001b[K';

/** Says how long work goes on: on a terminal one line that is rewritten, elsewhere a line now and then. */
export function workProgress(what: string, out: ProgressOutput): WorkProgress {
  const start = out.now();
  let current: WorkStep | undefined;
  let said = { at: Number.NEGATIVE_INFINITY, step: '' };

  const say = (): void => {
    const now = out.now();
    if (!current || now - start < QUIET_MS) return;
    const sameLine = current.step === said.step ? SAME_LINE_EVERY_MS : LINE_EVERY_MS;
    if (now - said.at < (out.isTerminal ? REWRITE_EVERY_MS : sameLine)) return;
    said = { at: now, step: current.step };
    const part = current.share === undefined ? '' : ` ${Math.floor(current.share * 100)} %`;
    const line = `${what}: ${current.step}${part}, ${Math.round((now - start) / 1_000)} s`;
    out.write(out.isTerminal ? `${CLEAR}${line}` : `${line}\n`);
  };
  const stop = out.repeat(say, TICK_MS);
  return {
    report(step) {
      current = step;
      say();
    },
    end() {
      stop();
      if (out.isTerminal && said.step !== '') out.write(CLEAR);
      said = { at: 0, step: '' };
    },
  };
}

/** On the standard error of a command. */
export const ioProgress = (what: string, io: Io): WorkProgress =>
  workProgress(what, {
    write: (line) => io.stderr(line),
    isTerminal: process.stderr.isTTY === true,
    now: () => performance.now(),
    repeat: (tick, everyMs) => {
      const timer = setInterval(tick, everyMs);
      return () => clearInterval(timer);
    },
  });
