import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { JsonObject } from "../../contracts/json/json.ts";
import { openTestServer, type TestServer } from "./support/test-server.ts";

/** A sound specification; each case spoils it. */
const SOUND = {
  name: "halved",
  description: "Halves a number.",
  input_contract: { "number.value": { type: "number" } },
  output_contract: { "number.halved": { type: "number" } },
  code: 'return { "number.halved": input["number.value"] / 2 };',
  examples: [{ name: "four", input: { "number.value": 4 }, output: { "number.halved": 2 } }],
};

const REFUSED: readonly (readonly [what: string, spoilt: JsonObject, code: string])[] = [
  ["code that throws", { code: "throw new Error('no');" }, "SANDBOX_ERROR"],
  ["code that does not parse", { code: "return {" }, "SANDBOX_ERROR"],
  ["code that reaches for the network", { code: "return fetch('https://example.com');" }, "SANDBOX_ERROR"],
  ["code that loops for ever", { code: "for (;;) {}" }, "SANDBOX_BUDGET"],
  [
    "code that eats memory",
    { code: "const all = []; for (;;) all.push(new Array(100000).fill(1));" },
    "SANDBOX_MEMORY",
  ],
  [
    "a schema of an unknown type",
    { output_contract: { "number.halved": { type: "nummer" } } },
    "CONTRACT_VALIDATION_ERROR",
  ],
  ["a name that is none", { name: "Not A Name" }, "SCAFFOLD_INVALID"],
  ["no output", { output_contract: {} }, "SCAFFOLD_INVALID"],
];

describe("what the scaffold refuses is not registered", () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await openTestServer();
  });
  afterAll(() => server.stop());

  const build = (specification: JsonObject) =>
    server.client.executeNode("scaffold", { "node.specification": specification }, { waitSeconds: 30 });

  it.each(REFUSED)("%s", async (_, spoilt, code) => {
    const before = await server.client.nodes.list();
    const { finished, envelope } = await build({ ...SOUND, ...spoilt });
    expect(finished).toBe(true);
    expect(envelope).toMatchObject({ success: false, payload: { status: "failed", outputs: {} } });
    expect(envelope.error).toMatchObject({ code, message: expect.stringMatching(/\S/) });
    expect(await server.client.nodes.list()).toEqual(before);
    await expect(server.client.nodes.get(SOUND.name)).rejects.toMatchObject({ code: "NODE_NOT_FOUND" });
    expect(await server.keys(`nodes/default/${SOUND.name}/`)).toEqual([]);
  });

  it("the server still works after all of this", async () => {
    const run = await server.client.goal({ want: ["noop.output"], given: { "noop.input": 1 } }, { waitSeconds: 10 });
    expect(run.envelope).toMatchObject({ success: true, payload: { outputs: { "noop.output": 1 } } });
  });

  it("a wrong example makes a draft, which no plan takes by itself", async () => {
    const drafted = {
      ...SOUND,
      name: "drafted",
      output_contract: { "number.drafted": { type: "number" } },
      code: 'return { "number.drafted": 0 };',
      examples: [{ input: { "number.value": 4 }, output: { "number.drafted": 2 } }],
    };
    const { envelope } = await build(drafted);
    expect(envelope).toMatchObject({ success: true });
    expect(await server.client.nodes.get("drafted")).toMatchObject({ versions: [{ lifecycle: "draft" }] });
    const goal = server.client.goal({ want: ["number.drafted"], given: { "number.value": 4 } });
    await expect(goal).rejects.toMatchObject({ code: "PLAN_UNREACHABLE", status: 422 });
  });

  it("an existing name and version with other content", async () => {
    expect((await build(SOUND)).envelope).toMatchObject({ success: true });
    const registered = await server.client.nodes.get(SOUND.name);
    const { envelope } = await build({ ...SOUND, description: "Halves a number, differently." });
    expect(envelope).toMatchObject({ success: false, error: { code: "DUPLICATE_REGISTRATION" } });
    expect(await server.client.nodes.get(SOUND.name)).toEqual(registered);
  });

  it("the same specification again is the same node", async () => {
    const digestOf = (payload: JsonObject): unknown =>
      (payload as { outputs: { "node.registration": { digest: string } } }).outputs["node.registration"].digest;
    const [one, two] = [await build({ ...SOUND, name: "twice" }), await build({ ...SOUND, name: "twice" })];
    expect(digestOf(two.envelope.payload)).toBe(digestOf(one.envelope.payload));
    expect(two.runId).not.toBe(one.runId);
  });
});
