import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { JsonObject } from "../../../contracts/json/json.ts";
import { scaffoldSpecification, type ScaffoldSpecificationInput } from "../../../contracts/documents/scaffold.ts";
import { valueHash } from "../../../src/core/run/model/hash.ts";
import { scaffoldNode } from "../../../src/core/scaffold/scaffold-node.ts";
import type { NodeArtifacts } from "../../../src/core/registry/node.ts";
import { CALL } from "../../support/call.ts";
import { testEngine } from "../../support/engines.ts";
import { testFolder } from "../support/folder.ts";
import { onex } from "../support/onex.ts";
import { testServer, type TestServer } from "../support/test-server.ts";

/** A scaffolded function that doubles a number; `times` makes another one of it. */
function doubler(times = 2, changes: Partial<ScaffoldSpecificationInput> = {}): NodeArtifacts {
  const specification = scaffoldSpecification.parse({
    name: "doubler",
    description: "Doubles a number.",
    input_contract: { "number.in": { type: "number" } },
    output_contract: { "number.out": { type: "number" } },
    code: `return { "number.out": input["number.in"] * ${times} };`,
    examples: [{ input: { "number.in": 2 }, output: { "number.out": 2 * times } }],
    ...changes,
  });
  const birth = { uuid: "7e2f9f8e-3b0a-4a52-9a0e-5b1f6e0c9d11", createdAt: "2026-01-02T03:04:05.000Z" };
  const node = scaffoldNode(specification, birth, "active");
  if (!node.ok) throw new Error(JSON.stringify(node.error));
  return node.value.artifacts;
}

let server: TestServer;
let id = "";

beforeAll(async () => {
  server = await testServer([]);
  const registered = await server.world.engine.services.nodes.register(CALL, doubler());
  if (!registered.ok) throw new Error(JSON.stringify(registered.error));
  const payload = { want: ["number.out"], given: { "number.in": 21 } };
  const sent = await onex(["run", "-", "--detach"], { env: server.env, stdin: JSON.stringify(payload) });
  id = sent.stdout.trim();
  await server.world.settle();
});
afterAll(() => server.close());

type Snapshot = JsonObject & { readonly nodes?: readonly JsonObject[] };

async function exported(...args: string[]): Promise<Snapshot> {
  return (await onex(["runs", "export", id, ...args], { env: server.env })).json<Snapshot>();
}

/** As somebody would who knows how files are sealed. */
function resealed({ sha256: _, ...rest }: Snapshot, changes: JsonObject): JsonObject {
  const unsealed = { ...rest, ...changes };
  return { ...unsealed, sha256: valueHash(unsealed) };
}

describe("onex runs export --with-nodes", () => {
  it("carries the nodes of the run, so that it replays and runs again where nobody knows them", async () => {
    const folder = testFolder({ "run.json": JSON.stringify(await exported("--with-nodes")) });
    const replayed = await onex(["runs", "replay", "run.json", "--local", "--json"], { cwd: folder.path });
    expect(replayed).toMatchObject({ code: 0 });
    expect(replayed.json<object>()).toMatchObject({ identical: true, matches: 1, gone: 0 });
    const again = await onex(["run", "run.json", "--local", "--input", "number.in=4", "--json"], { cwd: folder.path });
    expect(again.json<object>()).toMatchObject({ outputs: { "number.out": 8 } });
  });

  it("without them, the nodes are gone elsewhere", async () => {
    const snapshot = await exported();
    expect(snapshot.nodes).toBeUndefined();
    const folder = testFolder({ "run.json": JSON.stringify(snapshot) });
    expect(await onex(["runs", "replay", "run.json", "--local"], { cwd: folder.path })).toMatchObject({ code: 1 });
  });
});

describe("taking in a run with its nodes", () => {
  const importInto = async (snapshot: JsonObject, before: readonly NodeArtifacts[] = []) => {
    const { engine } = await testEngine([]);
    for (const artifacts of before) await engine.services.nodes.register(CALL, artifacts);
    const outcome = await engine.services.control.importRun(CALL, snapshot);
    const listed = async () => (await engine.services.nodes.list(CALL, {}, { limit: 9, after: null })).nodes;
    return { engine, outcome, listed };
  };

  it("registers them as drafts: the run can be repeated, and nobody plans with them", async () => {
    const { engine, outcome, listed } = await importInto(await exported("--with-nodes"));
    expect(outcome).toMatchObject({ ok: true });
    expect(await listed()).toMatchObject([{ name: "doubler", lifecycle: "draft" }]);
    expect(await engine.services.control.replay(CALL, id)).toMatchObject({ ok: true, value: { identical: true } });
  });

  it("changes nothing where the very nodes are there", async () => {
    const { outcome, listed } = await importInto(await exported("--with-nodes"), [doubler()]);
    expect(outcome).toMatchObject({ ok: true });
    expect(await listed()).toMatchObject([{ name: "doubler", lifecycle: "active" }]);
  });

  it("is refused whole where another node has the name and version", async () => {
    const { engine, outcome, listed } = await importInto(await exported("--with-nodes"), [doubler(3)]);
    expect(outcome).toMatchObject({ ok: false, error: { code: "DUPLICATE_REGISTRATION", place: "$.nodes[0]" } });
    expect(await listed()).toHaveLength(1);
    expect(await engine.services.runs.view(CALL, id)).toBeNull();
  });

  it.each<[string, (nodes: readonly JsonObject[]) => JsonObject, string]>([
    [
      "whose code was changed",
      ([node]) => ({ nodes: [{ ...node, code: "export default () => ({});" }] }),
      "METADATA_HASH_MISMATCH",
    ],
    [
      "that the run does not name",
      () => ({ nodes: [{ ...doubler(2, { name: "other" }) }] as never }),
      "INVALID_PARAMETER",
    ],
    ["twice", ([node]) => ({ nodes: [node ?? {}, node ?? {}] }), "INVALID_PARAMETER"],
    ["that is none", () => ({ nodes: [{ metadata: "x", contract: "y" }] }), "METADATA|INVALID_PARAMETER"],
    ["with a file elsewhere", ([node]) => ({ nodes: [{ ...node, files: { "../x": "" } }] }), "INVALID_PARAMETER"],
    ["with a member that is not known", ([node]) => ({ nodes: [{ ...node, extra: 1 }] }), "INVALID_PARAMETER"],
  ])("is refused with a node %s, and nothing is stored", async (_, change, code) => {
    const snapshot = await exported("--with-nodes");
    const { engine, outcome, listed } = await importInto(resealed(snapshot, change(snapshot.nodes ?? [])));
    expect(outcome).toMatchObject({ ok: false, error: { code: expect.stringMatching(new RegExp(code)) } });
    expect(outcome.ok || outcome.error.place).toMatch(/^\$\.nodes\[\d\]/);
    expect(await listed()).toEqual([]);
    expect(await engine.services.runs.view(CALL, id)).toBeNull();
  });

  it("is refused when the file was edited", async () => {
    const snapshot = await exported("--with-nodes");
    const { outcome } = await importInto({ ...snapshot, nodes: [] });
    expect(outcome).toMatchObject({ ok: false, error: { code: "METADATA_HASH_MISMATCH", place: "$.sha256" } });
  });
});
