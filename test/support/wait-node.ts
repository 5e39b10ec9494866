import { definitionOf } from "../nodes/built-in.ts";
import type { TestNode } from "./engines.ts";

/** A built-in wait as a node of a test engine. The ring waits by itself, so its code is never reached. */
export const waitNode = (kind: "sleep" | "event" | "approval"): TestNode => ({
  definition: definitionOf(`wait_${kind}`),
  run: () => {
    throw new Error("a wait was executed");
  },
});
