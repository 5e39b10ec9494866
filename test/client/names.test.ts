import { describe, expect, it } from "vitest";
import { createClient, type Client } from "../../src/client/client.ts";
import { camelName } from "../../src/client/camel.ts";
import { gateway, TOKEN } from "../http/gateway.ts";
import { LETTER, RUN_ID, SNAPSHOT, TRIGGER_PAGE } from "../http/samples.ts";

const TRIGGER_ID = TRIGGER_PAGE.trigger_id;

function connected(): Client {
  const { app } = gateway();
  return createClient({
    baseUrl: "http://gateway",
    token: TOKEN,
    fetch: async (url, init) => app.request(url, init),
    sleep: () => Promise.resolve(),
    random: () => 1,
  });
}

/** One call of every method. */
const CALLS = {
  "envelopes.send": ({ envelopes }) => envelopes.send({ operation: "goal.run", payload: { want: ["a.b"] } }),
  goal: ({ goal }) => goal({ want: ["a.b"] }),
  executeNode: ({ executeNode }) => executeNode("noop", {}),
  metrics: ({ metrics }) => metrics(),
  metricsText: ({ metricsText }) => metricsText(),
  health: ({ health }) => health(),
  "plans.preview": ({ plans }) => plans.preview({ operation: "goal.run", payload: { want: ["a.b"] } }),
  "runs.get": ({ runs }) => runs.get(RUN_ID),
  "runs.logs": ({ runs }) => runs.logs(RUN_ID),
  "runs.result": ({ runs }) => runs.result(RUN_ID),
  "runs.wait": ({ runs }) => runs.wait(RUN_ID),
  "runs.value": ({ runs }) => runs.value(RUN_ID, "step", "a.b"),
  "runs.valueBytes": ({ runs }) => runs.valueBytes(RUN_ID, "step", "a.b", { first: 1 }),
  "runs.events": ({ runs }) => firstOf(runs.events(RUN_ID)),
  "runs.cancel": ({ runs }) => runs.cancel(RUN_ID),
  "runs.pause": ({ runs }) => runs.pause(RUN_ID),
  "runs.resume": ({ runs }) => runs.resume(RUN_ID),
  "runs.sendEvent": ({ runs }) => runs.sendEvent(RUN_ID, "paid"),
  "runs.decide": ({ runs }) => runs.decide(RUN_ID, "sign", { approved: true }),
  "runs.rerun": ({ runs }) => runs.rerun(RUN_ID),
  "runs.replay": ({ runs }) => runs.replay(RUN_ID),
  "runs.export": ({ runs }) => runs.export(RUN_ID),
  "runs.import": ({ runs }) => runs.import(SNAPSHOT),
  "runs.search": ({ runs }) => runs.search(),
  "runs.all": ({ runs }) => firstOf(runs.all()),
  "runs.delete": ({ runs }) => runs.delete(RUN_ID),
  "deadLetters.search": ({ deadLetters }) => deadLetters.search(),
  "deadLetters.all": ({ deadLetters }) => firstOf(deadLetters.all()),
  "deadLetters.get": ({ deadLetters }) => deadLetters.get(LETTER.id),
  "deadLetters.payload": ({ deadLetters }) => deadLetters.payload(LETTER.id),
  "deadLetters.redrive": ({ deadLetters }) => deadLetters.redrive(LETTER.id),
  "deadLetters.redriveMany": ({ deadLetters }) => deadLetters.redriveMany({ ids: [LETTER.id] }),
  "quarantine.list": ({ quarantine }) => quarantine.list(),
  "quarantine.all": ({ quarantine }) => firstOf(quarantine.all()),
  "quarantine.get": ({ quarantine }) => quarantine.get(RUN_ID),
  "quarantine.raw": ({ quarantine }) => quarantine.raw(RUN_ID),
  "quarantine.retry": ({ quarantine }) => quarantine.retry(RUN_ID),
  "quarantine.end": ({ quarantine }) => quarantine.end(RUN_ID),
  "triggers.send": ({ triggers }) => triggers.send({ group: "texts" }),
  "triggers.groups": ({ triggers }) => triggers.groups(),
  "triggers.get": ({ triggers }) => triggers.get(TRIGGER_ID),
  "triggers.wait": ({ triggers }) => triggers.wait(TRIGGER_ID, 1_000),
  "nodes.register": ({ nodes }) => nodes.register({ metadata: "m", contract: "c" }),
  "nodes.list": ({ nodes }) => nodes.list(),
  "nodes.all": ({ nodes }) => firstOf(nodes.all()),
  "nodes.get": ({ nodes }) => nodes.get("noop"),
  "nodes.detail": ({ nodes }) => nodes.detail("noop", "1.0.0"),
  "nodes.move": ({ nodes }) => nodes.move("noop", "1.0.0", { to: "active" }),
  "pools.list": ({ pools }) => pools.list(),
  "pools.lease": ({ pools }) =>
    pools.lease("python", {
      ...{ protocol: 1, node_id: "r", instance: "i", version: "1.0.0", kinds: ["python"] },
      ...{ concurrency: 1, running: 0, most: 1, wait_ms: 0 },
    }),
  "pools.heartbeat": ({ pools }) => pools.heartbeat("python", { protocol: 1, node_id: "r", instance: "i", items: [] }),
  "pools.answer": ({ pools }) => pools.answer("t", { run_id: RUN_ID, outcome: { ok: true, output: {} } }),
  "pools.code": ({ pools }) => pools.code("t"),
  "handlers.list": ({ handlers }) => handlers.list(),
  "cache.stats": ({ cache }) => cache.stats(),
  "cache.clear": ({ cache }) => cache.clear({ all: true }),
} as const satisfies Record<string, (client: Client) => Promise<unknown>>;

async function firstOf<T>(items: AsyncGenerator<T, void, void>): Promise<T | null> {
  for await (const item of items) return item;
  return null;
}

/** Members whose content is somebody's data, or a table by codes. */
const DATA = new Set([
  "open",
  "outputs",
  "payload",
  "details",
  "inputState",
  "outputState",
  "config",
  "chains",
  "state",
]);

/** Where a name of the wire is left. */
function snakes(value: unknown, at = "$"): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item, i) => snakes(item, `${at}[${i}]`));
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return [];
  return Object.entries(value).flatMap(([name, member]) => [
    ...(/^[a-z0-9]+(_[a-z0-9]+)+$/.test(name) ? [`${at}.${name}`] : []),
    ...(DATA.has(name) ? [] : snakes(member, `${at}.${name}`)),
  ]);
}

describe("the client's names", () => {
  const methods = Object.entries(connected()).flatMap(([name, part]) =>
    typeof part === "function" ? [name] : Object.keys(part).map((method) => `${name}.${method}`),
  );

  it("every method is among those that are looked at", () => {
    expect(methods.toSorted()).toEqual(Object.keys(CALLS).toSorted());
  });

  it.each(Object.entries(CALLS).filter(([name]) => name !== "runs.export"))(
    "%s answers in camelCase",
    async (_, call) => {
      expect(snakes(await call(connected()))).toEqual([]);
    },
  );

  it("an exported run is a document, and stays one that can be imported", async () => {
    expect(await CALLS["runs.export"](connected())).toEqual(SNAPSHOT);
  });

  it("names at every depth are the wire's, said otherwise", async () => {
    const { runId, steps, plan } = await connected().runs.get(RUN_ID);
    expect([runId, steps[0]?.retryAt, plan.policy.maxSteps]).toEqual([RUN_ID, null, expect.any(Number)]);
  });

  it.each([
    ["run_id", "runId"],
    ["cache_ttl_ms", "cacheTtlMs"],
    ["sha256", "sha256"],
    ["__proto__", "__proto__"],
    ["_x", "_x"],
  ])("%s is %s", (wire, name) => {
    expect(camelName(wire)).toBe(name);
  });
});
