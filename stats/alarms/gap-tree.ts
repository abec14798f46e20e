/**
 * The histories of breaches that can still count towards an alarm, as a tree. With k of n, an alarm is a breach whose last
 * k - 1 gaps hold at most `slack` = n - k windows without a breach in all. A history is therefore the windows without a
 * breach between its latest breaches, newest gap first, cut where they exceed the slack, and at most k - 2 gaps long.
 * Nodes are numbered breadth first: the children of a node, for gaps 0 to what is left of the slack, are consecutive.
 */
export interface GapTree {
  readonly size: number;
  /** Windows without a breach in all gaps of the history. */
  readonly spent: Uint8Array;
  /** The newest gap. */
  readonly newest: Uint8Array;
  /** The history without its newest gap: the one it came from by one more breach. */
  readonly older: Int32Array;
  /** 0 where the history is as long as any. */
  readonly firstChild: Int32Array;
  /** Where the longest histories begin: those that one more breach can complete. */
  readonly longest: number;
}

/** Histories of an alarm of k of n: (n - 1) choose (k - 2). */
export function historiesOf(breaches: number, of: number): number {
  let count = 1;
  // each quotient is a binomial coefficient, so it is whole
  for (let i = 1; i <= breaches - 2; i++) count = (count * (of - 1 - (breaches - 2) + i)) / i;
  return count;
}

/** @param breaches at least 2 */
export function gapTree(breaches: number, of: number): GapTree {
  const slack = of - breaches;
  const size = historiesOf(breaches, of);
  const spent = new Uint8Array(size);
  const newest = new Uint8Array(size);
  const older = new Int32Array(size);
  const firstChild = new Int32Array(size);
  let [begin, end] = [0, 1];
  for (let gaps = 1; gaps <= breaches - 2; gaps++) {
    let next = end;
    for (let parent = begin; parent < end; parent++) {
      firstChild[parent] = next;
      const left = slack - (spent[parent] as number);
      for (let gap = 0; gap <= left; gap++, next++) {
        spent[next] = (spent[parent] as number) + gap;
        newest[next] = gaps === 1 ? gap : (newest[parent] as number);
        older[next] = gaps === 1 ? 0 : (firstChild[older[parent] as number] as number) + gap;
      }
    }
    [begin, end] = [end, next];
  }
  return { size, spent, newest, older, firstChild, longest: begin };
}
