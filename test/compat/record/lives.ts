import { CLIENT } from "../../../src/core/run/model/origin.ts";
import fc from "fast-check";
import { RingRuns } from "../../../src/app/ring/runs.ts";
import { memoryRingStore } from "../../../src/infra/memory/runs/ring-store.ts";
import type { RunState } from "../../../src/core/run/model/state.ts";
import { encodeRun } from "../../../src/core/run/codec/codec.ts";
import { begin, type RunRequest } from "../../../src/core/run/reduce/begin.ts";
import { sketchPlan } from "../../support/plans.ts";
import { REQUEST } from "../../support/runs.ts";
import { moves, RandomRun, starts } from "../../support/random-run.ts";
import { factsOf } from "../facts.ts";
import type { Life } from "../recorded-form.ts";
import { squeezed } from "../squeeze.ts";

const SEED = 20_261_130;
const WORLDS = 800;

/** Runs among random happenings; one of each thing that can be seen in a stored run is kept, at the moment it first was. */
export function recordLives(): readonly Life[] {
  const seen = new Set<string>();
  const lives: Life[] = [];
  const sizes = fc.constantFrom(0, 0, 0, 400_000);
  for (const [start, world, size] of fc.sample(fc.tuple(starts, moves, sizes), { seed: SEED, numRuns: WORLDS })) {
    const store = memoryRingStore();
    const runs = new RingRuns(store);
    new RandomRun(
      start,
      ({ state, transition }) => {
        store.transaction(() => runs.save(state, transition, state.header.createdAt + 7));
        runs.remember(state);
        const parts = store.read(REQUEST.id);
        const shows = new Set([...featuresOf(state), ...parts.map(({ part }) => `part ${part.replace(/\d+/, "…")}`)]);
        const fresh = [...shows].filter((feature) => !seen.has(feature));
        const chars = parts.reduce((sum, { body }) => sum + squeezed(body).length, 0);
        if (fresh.length > 0 && chars < 30_000) {
          for (const feature of fresh) seen.add(feature);
          lives.push({ shows: fresh, parts, facts: factsOf(state) });
        }
        return state;
      },
      () => size,
    ).play(world);
  }
  return [...lives, ...origins()];
}

const LINK = { operation: "node.execute", payload: { node: "shout", input: { "text.in": "hey" } } } as const;
const LINEAGE = { runId: "r01_000000000000000000000000A1", depth: 2 } as const;
const TRIGGER = {
  id: "6f1a2c34-5b6d-4e7f-8a9b-0c1d2e3f4a5b",
  group: "text",
  idempotentKey: "hello",
  node: "on_text@1.0.0",
};

/** A run of everything a run may come from and lead to. */
function origins(): readonly Life[] {
  const requests: Readonly<Record<string, Partial<RunRequest>>> = {
    "rerun of a whole run": { origin: { ...LINEAGE, kind: "rerun", from: null } },
    "rerun from a step": { origin: { ...LINEAGE, kind: "rerun", from: "a" } },
    "sent by a chain": { origin: { ...LINEAGE, kind: "chain" }, tags: [`chain:${LINEAGE.runId}`] },
    "asked for by a message": { origin: { ...TRIGGER, kind: "trigger", part: 1 } },
    "keyed, with chains": {
      idempotencyKey: "order 7",
      requestHash: "5f".repeat(32),
      chains: { on_success: [LINK], on_complete: [LINK, LINK] },
    },
  };
  const sketch = sketchPlan([{ id: "a" }, { id: "b", needs: ["a"] }]);
  const lives = Object.entries(requests).map(([shows, request]): Life => {
    const state = begin({ ...REQUEST, ...request }, sketch, { in: { v: "x" } }, 7);
    return { shows: [shows], parts: [{ part: "r", body: encodeRun(state), dueAt: 7 }], facts: factsOf(state) };
  });
  const begun = begin(
    REQUEST,
    sketch,
    { in: { ref: { key: "values/default/2026-11-30/x", sha256: "x", bytes: 70_000 } } },
    7,
  );
  const odd = {
    ...begun,
    header: {
      ...begun.header,
      origin: { kind: "import", of: CLIENT } as const,
      heard: [{ key: "k".repeat(64), request: "r".repeat(64) }],
    },
  };
  const foreign = { parts: [{ part: "r", body: encodeRun(odd), dueAt: null }], facts: factsOf(odd) };
  return [...lives, { shows: ["taken in from a file", "a keyed event", "a large value"], ...foreign }];
}

function featuresOf(state: RunState): readonly string[] {
  const { header, replaced, segments } = state;
  const features = [`run ${header.status}`];
  const note = (name: string, isSo: unknown): void => void (isSo && features.push(name));
  note("mailbox", header.mailbox);
  note("deadline", header.deadlineAt !== null);
  note("fault", header.fault);
  note("replans", header.replans);
  note("dying steps", header.replanning && !header.replanning.question);
  note("question", header.replanning?.question);
  note("replaced", replaced);
  for (const { lease, expiries, called, steps } of segments.values()) {
    note("lease", lease);
    note("expiries", expiries > 0);
    note("called", called);
    for (const step of steps) {
      note(`step ${step.status}`, true);
      note("passed over", step.passedOver);
      note(`waiting for ${step.waiting?.kind}`, step.waiting);
      note("limited", step.limitedBy);
      note("backoff", step.retryAt);
      note(
        "released",
        step.attempts.some(({ released }) => released),
      );
      note("failed outcome", step.outcome?.ok === false);
    }
  }
  return features;
}
