import { describe, expect, it } from "vitest";
import { RuntimeHostError } from "../../../src/core/errors.ts";
import { DAY_MS } from "../../../src/core/retention/day.ts";
import { ANY_RUN } from "../../../src/core/search/run-query.ts";
import { auditArchive, rowsOf } from "../../support/archive-audit.ts";
import { effectNode, pureNode, testEngine, type TestEngine } from "../../support/engines.ts";
import { failing } from "../../support/failing.ts";
import { idOf, valueOf } from "../../support/steered-run.ts";
import { CALL } from "../../support/call.ts";

const SHOUT = pureNode("shout", "text.in", "text.loud", (text) => text.toUpperCase());
const TWICE = effectNode("twice", "text.loud", "text.twice", (text) => `${text} ${text}`);
const KEYED = { metadata: { idempotency_key: "k" } };

const send = async (world: TestEngine, text: string, want = "text.loud"): Promise<string> =>
  valueOf(await world.send("goal.run", { want: [want], given: { "text.in": text } }, KEYED)).runId;
const outputsOf = async ({ engine }: TestEngine, id: string): Promise<unknown> =>
  (await engine.services.runs.view(CALL, id))?.["outputs"];
const everything = async ({ engine: { ports } }: TestEngine): Promise<string> =>
  (await Promise.all((await ports.blobs.list("")).map((key) => ports.blobs.get(key)))).join("\n");

/** A world in which the run of a key has ended, and its ring has forgotten the key. */
async function forgotten(): Promise<{ readonly world: TestEngine; readonly id: string }> {
  const world = await testEngine([SHOUT, TWICE]);
  const id = await send(world, "first");
  await world.settle(2 * DAY_MS);
  world.clock.advance(2 * DAY_MS);
  return { world, id };
}

describe("a key that is used again after its memory", () => {
  it.each(["text.loud", "text.twice"])(
    "begins a later run under the same id, which takes the place of the earlier: %s",
    async (want) => {
      const { world, id } = await forgotten();
      expect(await everything(world)).toContain("FIRST");
      expect(await send(world, "second", want)).toBe(id);
      await world.settle();
      const expected = want === "text.loud" ? "SECOND" : "SECOND SECOND";
      expect(await outputsOf(world, id)).toEqual({ [want]: expected });
      expect(await rowsOf(world.engine.ports)).toHaveLength(1);
      expect(await everything(world)).not.toContain("FIRST");
      expect(await auditArchive(world.engine.ports)).toEqual([]);
    },
  );

  it("is found as the later run while that is under way, and late news of the earlier change nothing", async () => {
    const { world, id } = await forgotten();
    const { index } = world.engine.ports;
    const [earlier] = await rowsOf(world.engine.ports);
    await send(world, "second", "text.twice");
    world.clock.advance(1_000);
    await world.engine.fireAlarms();
    await world.engine.deliver();
    const found = await world.engine.services.search.search(CALL, ANY_RUN, { limit: 9, after: null });
    expect(JSON.stringify(found)).toContain(id);
    await index.put([{ ...earlier!, archive: null, finishedAt: null, status: "waiting", revision: 99 }]);
    await world.settle();
    expect(await outputsOf(world, id)).toEqual({ "text.twice": "SECOND SECOND" });
  });

  it.each([
    ["before", "SERVICE_UNAVAILABLE"],
    ["after", null],
  ] as const)("is not answered with the earlier run when its ring breaks %s it is placed", async (failure, code) => {
    const world = await testEngine([SHOUT, TWICE], (ports) => ({
      ...ports,
      coordinator: failing(ports.coordinator, (method, call) => (method === "submit" && call === 2 ? failure : null)),
    }));
    const id = await send(world, "same", "text.twice");
    await world.settle(2 * DAY_MS);
    world.clock.advance(2 * DAY_MS);
    const payload = { want: ["text.twice"], given: { "text.in": "same" } };
    const again = world.send("goal.run", payload, KEYED).then(
      (answer) => (answer.ok ? answer.value.status : answer.error.code),
      (thrown: unknown) => (thrown instanceof RuntimeHostError ? thrown.fault.code : thrown),
    );
    expect(await again).toBe(code ?? 202);
    await world.settle();
    const began = (await world.engine.services.runs.view(CALL, id))?.["created_at"];
    const isLater = Date.parse(String(began)) > 1_700_000_000_000 + DAY_MS;
    expect(isLater).toBe(failure === "after");
  });

  it("is not swallowed by the deletion of the earlier run", async () => {
    const world = await testEngine([SHOUT]);
    const id = await send(world, "first");
    await world.settle(25 * 3_600_000);
    world.clock.advance(DAY_MS);
    await world.engine.fireAlarms();
    await world.engine.services.removal.remove(CALL, id);
    expect(await send(world, "second")).toBe(id);
    await world.settle();
    expect(await outputsOf(world, id)).toEqual({ "text.loud": "SECOND" });
    expect(await auditArchive(world.engine.ports)).toEqual([]);
  });

  it("the file of the earlier run is not taken in over the later one", async () => {
    const { world, id } = await forgotten();
    const { control } = world.engine.services;
    const file = valueOf(await control.exportRun(CALL, id));
    await send(world, "second");
    await world.settle();
    expect(await control.importRun(CALL, file)).toMatchObject({
      ok: false,
      error: { code: "IDEMPOTENCY_CONFLICT" },
    });
    expect(await outputsOf(world, id)).toEqual({ "text.loud": "SECOND" });
  });
});

describe("a deleted run that is taken in again", () => {
  it.each([
    ["with a key its ring remembers", KEYED],
    ["without a key", {}],
  ])("comes back to stay: %s", async (_, extra) => {
    const world = await testEngine([SHOUT]);
    const { control, removal } = world.engine.services;
    const sent = await world.send("goal.run", { want: ["text.loud"], given: { "text.in": "hey" } }, extra);
    const id = valueOf(sent).runId;
    await world.settle(60_000);
    const file = valueOf(await control.exportRun(CALL, id));
    await removal.remove(CALL, id);
    expect(await outputsOf(world, id)).toBeUndefined();
    expect(idOf(valueOf(await control.importRun(CALL, file)))).toBe(id);
    await world.settle(60_000);
    expect(await world.engine.ports.coordinator.read(id)).toBeNull();
    expect(await outputsOf(world, id)).toEqual({ "text.loud": "HEY" });
    expect(valueOf(await control.exportRun(CALL, id))["sha256"]).toBe(file["sha256"]);
    expect(await auditArchive(world.engine.ports)).toEqual([]);
    expect(await removal.remove(CALL, id)).toEqual({ ok: true, value: null });
  });
});
