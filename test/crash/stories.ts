import type { JsonObject } from "../../contracts/json/json.ts";

/** What one client wants, and what it does once the run is there. */
export interface Story {
  readonly kind: string;
  readonly operation: "goal.run" | "graph.run";
  readonly payload: JsonObject;
  /** Envelopes to be sent when the run has succeeded. */
  readonly sequels?: readonly JsonObject[];
  /** Null for a client that sends no key: a lost answer makes it begin another run. */
  readonly key: string | null;
  /** How the run is expected to end. */
  readonly ends: "succeeded" | "failed" | "cancelled";
  /** What it needs from outside. */
  readonly afterwards?: { readonly act: "event" | "approve" | "cancel"; readonly step: string };
}

type Sketch = Omit<Story, "key" | "operation" | "payload" | "kind"> & { readonly payload: (n: number) => JsonObject };

const QUEUED = { inline: "never" };
const record = (id: string, ...after: string[]): JsonObject => ({ id, node: "crash_record", after });
const slow = (id: string, ...after: string[]): JsonObject => ({ id, node: "crash_slow", after });
const chain = (n: number): JsonObject => ({
  steps: [slow("a"), slow("b", "a"), slow("c", "b")],
  given: { "crash.order": n },
  policy: QUEUED,
});
const LEAVES = ["l1", "l2", "l3", "l4", "l5", "l6"];

const SKETCHES: Readonly<Record<string, Sketch>> = {
  inline: {
    ends: "succeeded",
    payload: (n) => ({ want: ["metadata.report"], given: { "document.text": `# Document ${n}` } }),
  },
  chain: { ends: "succeeded", payload: chain },
  effects: {
    ends: "succeeded",
    payload: (n) => ({
      steps: [record("first"), slow("work", "first"), record("last", "work")],
      given: { "crash.order": n },
      policy: QUEUED,
    }),
  },
  "fan-out": {
    ends: "succeeded",
    payload: (n) => ({
      steps: [slow("root"), ...LEAVES.map((id) => record(id, "root")), slow("join", ...LEAVES)],
      given: { "crash.order": n },
      policy: QUEUED,
    }),
  },
  retries: {
    ends: "succeeded",
    payload: (n) => ({
      steps: [{ id: "flaky", node: "crash_flaky" }, record("after", "flaky")],
      given: { "crash.order": n },
      policy: QUEUED,
    }),
  },
  sleep: {
    ends: "succeeded",
    payload: (n) => ({
      steps: [record("before"), { id: "nap", node: "wait_sleep", after: ["before"] }, record("after", "nap")],
      given: { "crash.order": n, "wait.ms": 400 + (n % 7) * 200 },
    }),
  },
  event: {
    ends: "succeeded",
    afterwards: { act: "event", step: "news" },
    payload: (n) => ({
      steps: [{ id: "news", node: "wait_event" }, record("after", "news")],
      given: { "crash.order": n },
    }),
  },
  approval: {
    ends: "succeeded",
    afterwards: { act: "approve", step: "word" },
    payload: (n) => ({
      steps: [record("before"), { id: "word", node: "wait_approval", after: ["before"] }, record("after", "word")],
      given: { "crash.order": n },
    }),
  },
  large: {
    ends: "succeeded",
    payload: (n) => ({
      steps: [
        { id: "make", node: "crash_large" },
        { id: "measure", node: "crash_measure", inputs: { "crash.large": "make.crash.large" } },
        { id: "copy", node: "crash_slow", inputs: { "crash.order": "crash.order" } },
      ],
      given: { "crash.seed": String.fromCharCode(97 + (n % 26)), "crash.order": `${n} `.repeat(40_000) },
      policy: QUEUED,
    }),
  },
  cached: {
    ends: "succeeded",
    payload: (n) => ({
      steps: [
        { id: "make", node: "crash_cached" },
        { id: "measure", node: "crash_measure", inputs: { "crash.large": "make.crash.large" } },
      ],
      given: { "crash.seed": String.fromCharCode(65 + (n % 3)) },
      policy: QUEUED,
    }),
  },
  chained: {
    ends: "succeeded",
    sequels: [
      {
        operation: "graph.run",
        payload: { steps: [slow("work"), record("told", "work")], given: { "crash.order": "next" }, policy: QUEUED },
      },
    ],
    payload: chain,
  },
  failing: {
    ends: "failed",
    payload: (n) => ({
      steps: [record("before"), { id: "no", node: "crash_fail", after: ["before"] }, record("never", "no")],
      given: { "crash.order": n },
      policy: QUEUED,
    }),
  },
  cancelled: {
    ends: "cancelled",
    afterwards: { act: "cancel", step: "news" },
    payload: (n) => ({
      steps: [record("before"), { id: "news", node: "wait_event", after: ["before"] }],
      given: { "crash.order": n },
    }),
  },
  unkeyed: { ends: "succeeded", payload: chain },
};

/** How many kinds there are; that many runs in a row have one of each. */
export const KINDS = Object.keys(SKETCHES).length;

/** The `n`th story, from 0: kinds take turns. */
export function storyOf(n: number): Story {
  const [kind, sketch] = Object.entries(SKETCHES)[n % KINDS] as [string, Sketch];
  const { payload, ...rest } = sketch;
  return {
    ...rest,
    kind,
    operation: kind === "inline" ? "goal.run" : "graph.run",
    payload: payload(n),
    key: kind === "unkeyed" ? null : `crash-${n}`,
  };
}
