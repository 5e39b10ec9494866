import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { busTrigger } from "../../contracts/messages/bus-trigger.ts";
import { runtimeContract } from "../../contracts/documents/runtime-contract.ts";
import { treeFormat } from "../../contracts/documents/tree-format.ts";

const FIXTURES = "../shared/fixtures/omnibase";
const present = existsSync(FIXTURES);
if (!present) console.log(`skipped: ${FIXTURES} is not here`);

const read = (path: string): unknown => parse(readFileSync(`${FIXTURES}/${path}`, "utf8"));

describe.skipIf(!present)("files of the earlier project", () => {
  const trees = (kind: string) => (present ? readdirSync(`${FIXTURES}/trees/${kind}`) : []);

  it.each(trees("valid"))("tree %s is accepted", (name) => {
    expect(treeFormat.safeParse(read(`trees/valid/${name}`)).success).toBe(true);
  });

  it.each(trees("invalid"))("tree %s is refused", (name) => {
    expect(treeFormat.safeParse(read(`trees/invalid/${name}`)).success).toBe(false);
  });

  it.each(["minimum_runtime_host.yaml", "mvp_simplified_runtime_host.yaml", "beta_runtime_host.yaml"])(
    "runtime contract %s is accepted",
    (name) => {
      expect(runtimeContract.safeParse(read(`runtime_contracts/${name}`)).success).toBe(true);
    },
  );

  it("a contract of another kind is no runtime contract", () => {
    expect(runtimeContract.safeParse(read("runtime_contracts/minimal_compute.yaml")).success).toBe(false);
  });
});

describe("tree format", () => {
  it("keeps fields it does not know", () => {
    const tree = {
      name: "root",
      type: "directory",
      children: [{ name: "a", type: "file", color: "red" }],
      scope: ["x"],
    };
    expect(treeFormat.parse(tree)).toEqual(tree);
  });

  it("wants children of directories and none of files", () => {
    expect(treeFormat.safeParse({ name: "r", type: "directory" }).success).toBe(false);
    const file = { name: "f", type: "file", children: [] };
    expect(treeFormat.safeParse({ name: "r", type: "directory", children: [file] }).success).toBe(false);
  });
});

describe("versions", () => {
  const tree = { name: "r", type: "directory", children: [] };
  const runtime = { name: "h", version: "1.0.0", event_bus: { kind: "x" }, handlers: [{ type: "http" }], nodes: [] };
  const trigger = {
    topic: "node.exec.request.a",
    trigger_id: "11111111-1111-4111-8111-111111111111",
    idempotent_key: "k",
    source: "me",
  };

  it.each([
    ["tree", treeFormat, tree],
    ["runtime contract", runtimeContract, { runtime }],
    ["bus trigger", busTrigger, trigger],
  ])("a newer minor %s is read, a newer major one refused with the reason", (_, schema, value) => {
    expect(schema.safeParse({ ...value, schema_version: "1.9.0", novelty: 1 }).success).toBe(true);
    const newer = schema.safeParse({ ...value, schema_version: "2.0.0" });
    expect(newer.error?.issues[0]?.message).toContain("newer major version");
  });
});

describe("runtime contract", () => {
  const contract = (handler: object) => ({
    runtime: { name: "host", version: "1.0.0", event_bus: { kind: "inmemory" }, handlers: [handler], nodes: [] },
  });

  it("fills in what a binding leaves out", () => {
    const read = runtimeContract.parse(contract({ type: "http", retry: {} }));
    expect(read.runtime.handlers[0]).toMatchObject({
      enabled: true,
      priority: 0,
      timeout_ms: 30_000,
      retry: { max_retries: 3 },
    });
  });

  it.each([
    {},
    { type: "http", timeout_ms: 99 },
    { type: "http", priority: 101 },
    { type: "http", retry: { max_retries: 11 } },
  ])("refuses the handler %j", (handler) => {
    expect(runtimeContract.safeParse(contract(handler)).success).toBe(false);
  });
});

describe("bus trigger", () => {
  const trigger = {
    topic: "node.exec.request.reports",
    trigger_id: "11111111-1111-4111-8111-111111111111",
    idempotent_key: "k",
    source: "me",
  };

  it("needs a topic, an id, a key and a source", () => {
    expect(busTrigger.parse(trigger)).toMatchObject({ schema_version: "1.0.0", want: [], input: {}, min_trust: 0 });
    for (const key of Object.keys(trigger)) {
      expect(busTrigger.safeParse({ ...trigger, [key]: undefined }).success).toBe(false);
    }
  });

  it.each(["node.exec.request.", "node.exec.request.a\n", "node.exec.result.a", "node.exec.request.A"])(
    "refuses the topic %j",
    (topic) => {
      expect(busTrigger.safeParse({ ...trigger, topic }).success).toBe(false);
    },
  );
});
