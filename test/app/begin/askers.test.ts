import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../contracts/json/json.ts";
import type { CallContext } from "../../../src/app/call-context.ts";
import { acceptEnvelope } from "../../../src/core/envelope/envelope.ts";
import { principalId, type Principal } from "../../../src/core/call/principal.ts";
import { decodeRun } from "../../../src/core/run/codec/codec.ts";
import { ANY_RUN } from "../../../src/core/search/run-query.ts";
import { valueOf } from "../../support/steered-run.ts";
import { CALL } from "../../support/call.ts";
import { effectNode, pureNode, testEngine, type TestNode } from "../../support/engines.ts";

const ALICE: Principal = { kind: "token", name: "alice" };
const BOB: Principal = { kind: "subject", issuer: "https://issuer.example", subject: "bob" };
const TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const ASKED: CallContext = { ...CALL, principal: ALICE, trace: TRACE };

/** Nodes that note who calls them. */
async function world() {
  const heard: { readonly node: string; readonly call: CallContext }[] = [];
  const noting = (one: TestNode, group = "none"): TestNode => ({
    definition: { ...one.definition, group },
    run: (call) => {
      const { tenant, principal, correlationId, trace } = call;
      heard.push({ node: one.definition.name, call: { tenant, principal, correlationId, trace } });
      return one.run(call);
    },
  });
  const made = await testEngine([
    noting(pureNode("shout", "text.in", "text.loud", (text) => text.toUpperCase())),
    noting(effectNode("twice", "text.loud", "text.twice", (text) => `${text} ${text}`)),
    noting(pureNode("count", "text.twice", "text.size", (text) => String(text.length))),
    noting(
      effectNode("taken", "text.in", "text.taken", (text) => text),
      "takers",
    ),
  ]);
  const { engine, clock } = made;
  return {
    ...made,
    heard,
    async ask(call: CallContext, text: string, more: JsonObject = {}) {
      const wire = {
        source_node: "test",
        operation: "goal.run",
        payload: { want: ["text.twice"], given: { "text.in": text } },
        ...more,
      };
      const assign = { ...call, envelopeId: call.correlationId, now: new Date(clock.now()).toISOString() };
      const envelope = valueOf(acceptEnvelope(wire, assign as never));
      const options = { waitMs: 0, registryVersion: null };
      return valueOf(await engine.services.envelopes.accept(call, envelope, options)).runId;
    },
    header: async (id: string) => {
      const state = await engine.parts.runs.read("default", id);
      if (!state) throw new Error(`there is no run ${id}`);
      return state.header;
    },
  };
}

const CHAIN = {
  on_success: [
    { operation: "node.execute", payload: { node: "count", input: { "text.twice": { $from: "result.text.twice" } } } },
  ],
} as unknown as JsonObject;

describe("what a run does carries who asked for it, and the trace", () => {
  it("to nodes executed at once and later, and to the runs that follow", async () => {
    const { ask, settle, heard, header, engine } = await world();
    const id = await ask(ASKED, "hey", CHAIN);
    await settle();
    expect(heard.map(({ node }) => node)).toEqual(["shout", "twice", "count"]);
    for (const { call } of heard) expect(call).toEqual(ASKED);
    const { items } = await engine.parts.index.search("default", ANY_RUN, { limit: 10, after: null });
    expect(items).toHaveLength(2);
    for (const { runId } of items)
      expect(await header(runId)).toMatchObject({ principal: principalId(ALICE), trace: TRACE });
    expect((await header(id)).origin).toEqual({ kind: "client" });
  });

  it("of whoever repeats it, and not of whoever asked first", async () => {
    const { ask, settle, heard, header, engine } = await world();
    const id = await ask(ASKED, "hey");
    await settle();
    heard.length = 0;
    const by = { ...CALL, principal: BOB };
    const request = { from: null, downstream: true, given: {}, idempotencyKey: null };
    const again = valueOf(await engine.services.control.rerun(by, id, request)).run_id;
    await settle();
    expect(heard).not.toEqual([]);
    for (const { call } of heard) expect(call).toEqual(by);
    expect(await header(again)).toMatchObject({ principal: principalId(BOB), trace: null, origin: { runId: id } });
  });

  it("through a queue, where messages of before name nobody and mean the one token", async () => {
    const { ask, settle, heard, engine } = await world();
    await ask(ASKED, "hey");
    await ask(CALL, "hey");
    const deliveries = engine.ports.bus.execute.pull(10);
    const sent = deliveries.map(({ body }) => body);
    for (const one of deliveries) one.retry();
    expect(sent.map((message) => message.type === "work" && message.work)).toMatchObject([
      { principal: "token:alice", trace: TRACE, correlationId: CALL.correlationId },
      { correlationId: CALL.correlationId },
    ]);
    expect(JSON.stringify(sent[1])).not.toMatch(/principal|trace/);
    heard.length = 0;
    await settle();
    expect(heard.map(({ call }) => call)).toEqual([ASKED, CALL]);
  });

  it("from a bus message, by whoever sent it; one that nobody sent with a token is the queue's", async () => {
    const { settle, heard, engine } = await world();
    const trigger = (id: string): JsonObject => ({
      topic: "node.exec.request.takers",
      trigger_id: `${id}f1a2c34-5b6d-4e7f-8a9b-0c1d2e3f4a5b`,
      idempotent_key: id,
      source: "agent",
      correlation_id: CALL.correlationId,
      input: { "text.in": "hey" },
    });
    valueOf(await engine.services.triggers.send(ASKED, trigger("6")));
    await settle();
    engine.ports.triggerBus.triggers.send([trigger("7")]);
    await settle();
    const queue = { ...CALL, principal: { kind: "host", name: "queue" } };
    expect(heard.map(({ call }) => call)).toEqual([ASKED, queue]);
  });

  it("is not lost with a record that is sent to a ring", async () => {
    const { ask, engine } = await world();
    const id = await ask(ASKED, "hey");
    const record = await engine.ports.coordinator.read(id);
    expect(record && decodeRun(record).header).toMatchObject({ principal: "token:alice", trace: TRACE });
  });
});
