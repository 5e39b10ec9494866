import type { CharSet } from "./char-set.ts";

/** A place between two characters. */
export type Edge = "start" | "end" | "boundary" | "inside";

/** A pattern that has been read: what is left of it when only the answer yes or no is wanted. */
export type PatternNode =
  | { readonly kind: "empty" }
  | { readonly kind: "set"; readonly set: CharSet }
  | { readonly kind: "edge"; readonly edge: Edge }
  | { readonly kind: "sequence"; readonly parts: readonly PatternNode[] }
  | { readonly kind: "choice"; readonly options: readonly PatternNode[] }
  /** `max` is null where there is no upper limit. */
  | { readonly kind: "repeat"; readonly part: PatternNode; readonly min: number; readonly max: number | null };

export const EMPTY: PatternNode = { kind: "empty" };

const HUGE = 1_000_000;

/** Instructions that a node becomes: counted repetitions are written out. */
export function sizeOf(node: PatternNode): number {
  switch (node.kind) {
    case "empty":
      return 0;
    case "set":
    case "edge":
      return 1;
    case "sequence":
      return node.parts.reduce((sum, part) => sum + sizeOf(part), 0);
    case "choice":
      return node.options.reduce((sum, option) => sum + sizeOf(option) + 2, -2);
    case "repeat": {
      // Capped, so that repetitions of repetitions stay numbers.
      const part = Math.min(sizeOf(node.part), HUGE);
      const { min, max } = node;
      if (max === null) return min === 0 ? part + 2 : part * Math.min(min, HUGE) + 1;
      return part * Math.min(min, HUGE) + (part + 1) * Math.min(max - min, HUGE);
    }
  }
}
