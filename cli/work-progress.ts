export interface WorkStep {
  readonly step: string;
  readonly share?: number;
}

export interface WorkProgress {
  report(step: WorkStep): void;
  /** Clears the line that was rewritten. */
  end(): void;
}

/** Work that is done sooner says nothing. */
const QUIET_MS = 1_000;
const LINE_EVERY_MS = 3_000;
const REWRITE_EVERY_MS = 100;
const CLEAR = '\r\u001b[K';

/** Says how long work goes on: on a terminal one line that is rewritten, elsewhere a line now and then. */
export function workProgress(
  what: string,
  out: { write(text: string): void; readonly isTerminal: boolean; now(): number },
): WorkProgress {
  const start = out.now();
  let said = Number.NEGATIVE_INFINITY;
  let dirty = false;
  return {
    report({ step, share }) {
      const now = out.now();
      const every = out.isTerminal ? REWRITE_EVERY_MS : LINE_EVERY_MS;
      if (now - start < QUIET_MS || now - said < every) return;
      said = now;
      const part = share === undefined ? '' : ` ${Math.floor(share * 100)} %`;
      const line = `${what}: ${step}${part}, ${Math.round((now - start) / 1_000)} s`;
      out.write(out.isTerminal ? `${CLEAR}${line}` : `${line}\n`);
      dirty = out.isTerminal;
    },
    end() {
      if (dirty) out.write(CLEAR);
      dirty = false;
    },
  };
}
