import * as z from 'zod';

const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** A length of time as people write it: `30s`, `15m`, `12h`, `7d`. Kept as text in a spec; `durationMs` gives milliseconds. */
export const Duration = z
  .string()
  .regex(/^[1-9][0-9]{0,5}[smhd]$/, 'a whole number from 1 to 999999 and a unit: 30s, 15m, 12h or 7d');

/** @returns milliseconds */
export function durationMs(text: string): number {
  const unit = text.slice(-1) as keyof typeof UNIT_MS;
  return Number(text.slice(0, -1)) * UNIT_MS[unit];
}
