import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../contracts/json/json.ts";
import { HTTP_STATUS } from "../../../src/core/errors.ts";
import { runId } from "../../../src/core/run/model/run-id.ts";
import { ANY_RUN } from "../../../src/core/search/run-query.ts";
import { CALL } from "../../support/call.ts";
import { effectNode, pureNode, testEngine, type TestEngine, type TestNode } from "../../support/engines.ts";
import { mutationsOf, sealed, underId, type Mutation } from "../../support/snapshot-mutations.ts";
import { PIPELINE, steering, valueOf } from "../../support/steered-run.ts";
import { waitNode } from "../../support/wait-node.ts";

const NEVER = { maxRetries: 0, backoff: "fixed", baseMs: 1, maxMs: 1 } as const;
const priced = (cost: number) => ({ cost, latencyMs: 1, timeoutMs: 1_000, cache: null, retry: NEVER });
const BROKEN = pureNode("broken", "text.in", "text.done", () => 7, { kind: "effect", execution: priced(0.1) });
const SOUND = pureNode("sound", "text.in", "text.done", (text) => text, { kind: "effect", execution: priced(0.5) });
const REPORTING: TestNode = {
  ...effectNode("reporting", "text.in", "text.told", (text) => text),
  run: ({ input }) => ({ result: { "text.told": String(input["text.in"]) }, events: [{ sent: 1 }] }),
};
const NODES: readonly TestNode[] = [...PIPELINE, BROKEN, SOUND, REPORTING, waitNode("event"), waitNode("approval")];

const GRAPH = {
  given: { "text.in": "hey" },
  want: ["told.text.told", "never.text.loud"],
  steps: [
    { id: "told", node: "reporting" },
    { id: "paid", node: "wait_event", after: ["told"] },
    { id: "sign", node: "wait_approval", after: ["paid"] },
    { id: "never", node: "shout", when: { value: "told.text.told", op: "eq", than: "never" } },
  ],
};
const LINK = { operation: "goal.run", payload: { want: ["text.loud"], given: { "text.in": "x" } } };

/** Runs in which everything happened that can happen, as files. */
const RUNS: Readonly<Record<string, (world: TestEngine) => Promise<string>>> = {
  "three steps": async (world) =>
    valueOf(await world.send("goal.run", { want: ["text.size"], given: { "text.in": "hey" } })).runId,
  "a step that was replaced": async (world) =>
    valueOf(await world.send("goal.run", { want: ["text.done"], given: { "text.in": "hey" } })).runId,
  "waits, a gate, a report, a chain, tags and a key": async (world) => {
    const metadata = { tags: ["nightly", "a=b"], idempotency_key: "k" };
    const sent = await world.send("graph.run", GRAPH, { metadata, on_success: [LINK] });
    const { runId: id } = valueOf(sent);
    const { control, steer } = steering(world);
    await world.settle(1_000);
    await control.signal(CALL, id, "unknown", { early: true }, "once");
    await control.signal(CALL, id, "paid", { amount: 1 });
    await steer(id, { type: "approve", step: "sign", approved: true, word: { by: "ann", comment: "fine" } });
    return id;
  },
  "a large value, run again": async (world) => {
    const given = { "text.in": "x".repeat(70_000) };
    const first = valueOf(await world.send("goal.run", { want: ["text.size"], given })).runId;
    await world.settle();
    return String(valueOf(await steering(world).rerun(first, { from: "count" }))["run_id"]);
  },
};

async function exported(name: string): Promise<JsonObject> {
  const world = await testEngine(NODES);
  const id = await (RUNS[name] ?? RUNS["three steps"]!)(world);
  await world.settle();
  return valueOf(await steering(world).control.exportRun(CALL, id));
}

/** Everything anybody may ask of a run; throws where an answer is a failure of the deployment. */
async function readWhole(world: TestEngine, id: string): Promise<void> {
  const { runs, control } = world.engine.services;
  expect(await runs.view(CALL, id)).toMatchObject({ run_id: id });
  for (const answer of [
    await runs.result(CALL, id),
    await control.exportRun(CALL, id),
    await control.replay(CALL, id),
  ]) {
    if (!answer.ok)
      expect([id, answer.error.code, HTTP_STATUS[answer.error.code] < 500]).toEqual([id, answer.error.code, true]);
  }
  expect((await runs.events(CALL, id, 0))?.finished).toBe(true);
}

/** Every run there is, by the list. */
async function listed(world: TestEngine): Promise<ReadonlySet<unknown>> {
  const found = new Set<unknown>();
  let after = null;
  do {
    const page = await world.engine.services.search.search(CALL, ANY_RUN, { limit: 100, after });
    for (const { run_id: id } of page.items) found.add(id);
    expect(JSON.stringify(page).length).toBeGreaterThan(0);
    after = page.items.length === 100 ? placeOf(page.next) : null;
  } while (after !== null);
  return found;
}

const placeOf = (next: string | null) => {
  const [at = "", id = ""] = next?.split(".") ?? [];
  return next === null ? null : { at: Number.parseInt(at, 36), id };
};

describe.each(Object.keys(RUNS))("a file of a run with %s", (name) => {
  it("changed anywhere in any way is refused with its place, or taken in and readable; others are not held back", async () => {
    const file = await exported(name);
    const large = name.startsWith("a large value");
    const world = await testEngine(NODES);
    const { control } = steering(world);
    expect(valueOf(await control.importRun(CALL, underId(file, runId(0, "0".repeat(26)))))).toBeDefined();
    const taken: string[] = [];
    let refused = 0;
    let count = 0;
    for (const { name: how, file: changed } of mutationsOf(file)) {
      // Hashing large values is what takes time: only what has to do with them is changed there.
      if (large && !/^values|ref|given|lineage|^run_id|^format|^events: /.test(how)) continue;
      count++;
      const id = runId(count % 4, String(count).padStart(26, "0"));
      const came = await control.importRun(CALL, renamed(changed, file, id));
      if (came.ok) {
        taken.push(String(came.value["run_id"]));
        continue;
      }
      refused++;
      const { code, place = "", message } = came.error;
      expect([how, code, HTTP_STATUS[code] >= 400 && HTTP_STATUS[code] < 500]).toEqual([how, code, true]);
      expect([how, message, place.startsWith("$")]).toEqual([how, message, true]);
    }
    expect(refused).toBeGreaterThan(large ? 50 : 700);
    const honest = valueOf(await world.send("goal.run", { want: ["text.loud"], given: { "text.in": "hey" } })).runId;
    await world.settle();
    const everywhere = await listed(world);
    for (const id of [...taken, honest]) {
      expect([id, everywhere.has(id)]).toEqual([id, true]);
      await readWhole(world, id);
    }
    // What was taken in has left its ring: it is read from the archive.
    expect(await world.engine.ports.coordinator.read(honest)).toBeNull();
  }, 300_000);
});

/** The file under another id, unless its id is what was changed. */
function renamed(changed: Mutation["file"], file: JsonObject, id: string): JsonObject {
  return changed["run_id"] === file["run_id"] ? underId(changed, id) : sealed(changed);
}

describe("a file that was written by somebody else, and sealed", () => {
  type Edit = (record: any) => unknown; // oxlint-disable-line typescript/no-explicit-any -- it is damaged at will
  const step = (record: any) => record.segments[0].steps[0]; // oxlint-disable-line typescript/no-explicit-any
  const edits: readonly (readonly [string, Edit, string])[] = [
    ["no correlation id", (r) => (r.header.correlationId = null), "$.record.header.correlationId"],
    ["a time that is none", (r) => (r.header.createdAt = 9e15), "$.record.header.createdAt"],
    ["a time of the future", (r) => (r.header.createdAt += 3 * 86_400_000), "$.record.header.createdAt"],
    ["20,000 tags", (r) => (r.header.tags = new Array(20_000).fill("x")), "$.record.header.tags"],
    ["a tag no search can ask for", (r) => (r.header.tags = ["x".repeat(301)]), "$.record.header.tags[0]"],
    ["outputs of null", (r) => (step(r).outcome.outputs = null), "$.record.segments[0].steps[0].outcome.outputs"],
    ["a value over the limit", (r) => (r.given["text.in"] = { v: "x".repeat(70_000) }), '$.record.given["text.in"]'],
    ["a step of another plan", (r) => (step(r).id = "stranger"), "$.record.segments"],
    ["a step that has not ended", (r) => (step(r).outcome = null), "$.record.segments"],
    ["a source that is nowhere", (r) => (r.plan.results["text.size"] = "nobody|text.size"), "$.record.plan.results"],
    ["a step twice", (r) => r.plan.steps.push(r.plan.steps[0]), "$.record.plan.steps[3]"],
    ["a run of another tenant", (r) => (r.header.tenant = "other"), "$.record.header.tenant"],
    ["a run under way", (r) => (r.header.status = "waiting"), "$.record.header.status"],
    ["a record of a later release", (r) => (r.v = 99), "$.record"],
    ["a plan of a later release", (r) => (r.plan.form = 99), "$.record.plan"],
  ];

  it.each(edits)("with %s is refused at the place, and nothing is written", async (_, edit, place) => {
    const file = structuredClone(await exported("three steps")) as Record<string, JsonObject>;
    edit(file["record"]);
    const world = await testEngine(NODES);
    expect(await steering(world).control.importRun(CALL, sealed(file))).toMatchObject({ ok: false, error: { place } });
    expect((await listed(world)).size).toBe(0);
    expect(await world.engine.ports.blobs.list("")).toEqual([]);
  });

  it("cannot make a replay repeat an effect by calling it something else", async () => {
    const calls = { count: 0 };
    const twice: TestNode = {
      ...effectNode("twice", "text.loud", "text.twice", (text) => text),
      run: ({ input }) => {
        calls.count++;
        return { result: { "text.twice": String(input["text.loud"]) } };
      },
    };
    const nodes = [...NODES.filter(({ definition }) => definition.name !== "twice"), twice];
    const file = JSON.stringify(await exported("three steps")).replaceAll('"kind":"effect"', '"kind":"compute"');
    const world = await testEngine(nodes);
    const { control } = steering(world);
    const { run_id: id } = valueOf(await control.importRun(CALL, sealed(JSON.parse(file) as JsonObject)));
    expect(await control.replay(CALL, String(id))).toMatchObject({ ok: true, value: { not_repeated: 1, matches: 2 } });
    expect(calls.count).toBe(0);
  });
});
