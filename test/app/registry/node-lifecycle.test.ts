import { describe, expect, it } from "vitest";
import { scaffoldSpecification, type ScaffoldSpecificationInput } from "../../../contracts/documents/scaffold.ts";
import type { LifecycleRequest } from "../../../contracts/api/nodes-api.ts";
import { nodeQuickJsModule } from "../../../src/cli/quickjs-module.ts";
import type { NodeArtifacts } from "../../../src/core/registry/node.ts";
import { scaffoldNode } from "../../../src/core/scaffold/scaffold-node.ts";
import { memoryEngine } from "../../../src/embedded/memory-engine.ts";
import { functionHandler } from "../../../src/infra/handlers/function-handler.ts";
import { fixedClock } from "../../../src/infra/memory/clock.ts";
import { seededIds } from "../../../src/infra/memory/ids.ts";
import { quickJsSandbox } from "../../../src/infra/sandbox/quick-js-sandbox.ts";
import { systemTimer } from "../../../src/infra/system/clock.ts";
import { CALL } from "../../support/call.ts";

const UUIDS: Readonly<Record<string, string>> = {
  doubler: "7e2f9f8e-3b0a-4a52-9a0e-5b1f6e0c9d11",
  tripler: "7e2f9f8e-3b0a-4a52-9a0e-5b1f6e0c9d12",
};

function world() {
  const engine = memoryEngine({
    clock: fixedClock(1_700_000_000_000),
    ids: seededIds(1),
    timer: systemTimer,
    handlers: () => [functionHandler(quickJsSandbox({ loadModule: nodeQuickJsModule }))],
  });
  const { nodes } = engine.services;
  return {
    nodes,
    async draft(changes: Partial<ScaffoldSpecificationInput> = {}, files?: NodeArtifacts["files"]) {
      const name = changes.name ?? "doubler";
      const specification = scaffoldSpecification.parse({
        name,
        description: "Doubles a number.",
        input_contract: { "number.in": { type: "number" } },
        output_contract: { "number.out": { type: "number" } },
        code: 'return { "number.out": input["number.in"] * 2 };',
        examples: [{ input: { "number.in": 2 }, output: { "number.out": 4 } }],
        ...changes,
      });
      const birth = { uuid: UUIDS[name] ?? "", createdAt: "2026-01-02T03:04:05.000Z" };
      const node = scaffoldNode(specification, birth, "draft");
      if (!node.ok) throw new Error(JSON.stringify(node.error));
      return nodes.register(CALL, { ...node.value.artifacts, ...(files === undefined ? {} : { files }) });
    },
    move: (request: LifecycleRequest, name = "doubler") => nodes.move(CALL, { name, version: "1.0.0" }, request),
    stands: async (name = "doubler") => (await nodes.detail(CALL, name, "1.0.0"))?.lifecycle,
  };
}

describe("moving a registered node", () => {
  it("goes along the ways there are, and is seen at once", async () => {
    const { draft, move, stands, nodes } = world();
    await draft();
    await draft({ name: "tripler" });
    expect(await move({ to: "review" })).toMatchObject({
      ok: true,
      value: { from: "draft", to: "review", changed: true },
    });
    expect(await move({ to: "active" })).toMatchObject({ ok: true, value: { from: "review", to: "active" } });
    expect(await move({ to: "active" })).toMatchObject({ ok: true, value: { from: "active", changed: false } });
    expect(await move({ to: "deprecated", replaced_by: "tripler" })).toMatchObject({ ok: true });
    expect(await nodes.detail(CALL, "doubler", "1.0.0")).toMatchObject({
      lifecycle: "deprecated",
      deprecated_by: UUIDS["tripler"],
    });
    expect(await move({ to: "archived", reason: "nobody uses it" })).toMatchObject({ ok: true });
    expect(await stands()).toBe("archived");
    expect((await nodes.list(CALL, { lifecycle: "archived" }, { limit: 9, after: null })).nodes).toHaveLength(1);
  });

  it.each<[string, LifecycleRequest, string, string]>([
    ["a way that does not exist", { to: "deprecated" }, "LIFECYCLE_INVALID", "$.to"],
    ["archiving without a reason", { to: "archived" }, "LIFECYCLE_INVALID", "$.reason"],
    ["a reason for another move", { to: "review", reason: "so" }, "INVALID_PARAMETER", "$.reason"],
    [
      "a successor of another move",
      { to: "archived", reason: "x", replaced_by: "tripler" },
      "INVALID_PARAMETER",
      "$.replaced_by",
    ],
  ])("refuses %s with its place", async (_, request, code, place) => {
    const { draft, move, stands } = world();
    await draft();
    expect(await move(request)).toMatchObject({ ok: false, error: { code, place, hint: expect.any(String) } });
    expect(await stands()).toBe("draft");
  });

  it.each<[string, string | undefined, string, string]>([
    ["nobody", undefined, "LIFECYCLE_INVALID", "$.replaced_by"],
    ["somebody unknown", "nowhere", "NODE_NOT_FOUND", "$.replaced_by"],
    ["an unknown version", "tripler@9.0.0", "NODE_NOT_FOUND", "$.replaced_by"],
    ["a uuid nobody has", "00000000-0000-4000-8000-000000000000", "NODE_NOT_FOUND", "$.replaced_by"],
    ["itself", "doubler", "LIFECYCLE_INVALID", "$.replaced_by"],
  ])("refuses to deprecate in favour of %s", async (_, replaced, code, place) => {
    const { draft, move, stands } = world();
    await draft();
    await draft({ name: "tripler" });
    await move({ to: "active" });
    const request = { to: "deprecated" as const, ...(replaced === undefined ? {} : { replaced_by: replaced }) };
    expect(await move(request)).toMatchObject({ ok: false, error: { code, place } });
    expect(await stands()).toBe("active");
  });

  it("takes a successor's uuid, in any case of its letters, and name@version", async () => {
    for (const replaced of [UUIDS["tripler"]?.toUpperCase() ?? "", "tripler@1.0.0"]) {
      const { draft, move } = world();
      await draft();
      await draft({ name: "tripler" });
      await move({ to: "active" });
      expect(await move({ to: "deprecated", replaced_by: replaced })).toMatchObject({ ok: true });
    }
  });

  it("knows no node that is not there", async () => {
    expect(await world().move({ to: "active" }, "nobody")).toMatchObject({
      ok: false,
      error: { code: "NODE_NOT_FOUND" },
    });
  });
});

describe("becoming active", () => {
  it.each<[string, Partial<ScaffoldSpecificationInput>, string]>([
    ["gives another output", { code: 'return { "number.out": 5 };' }, "contract.yaml:$.examples"],
    ["throws", { code: 'throw new Error("no");' }, "contract.yaml:$.examples"],
    ["is a placeholder", { code: undefined, examples: [] }, "node.js:"],
  ])("is refused to a node that %s", async (_, changes, place) => {
    const { draft, move, stands } = world();
    expect(await draft(changes)).toMatchObject({ ok: true });
    expect(await move({ to: "active" })).toMatchObject({
      ok: false,
      error: { code: "LIFECYCLE_INVALID", place: expect.stringContaining(place), hint: expect.any(String) },
    });
    expect(await stands()).toBe("draft");
  });

  it("is refused to a node that keeps its example but not a case of its file", async () => {
    const { draft, move } = world();
    const bad = { input: { "number.in": -0.5 }, output: { "number.out": 1 } };
    const good = { input: { "number.in": 2 }, output: { "number.out": 4 } };
    expect(await draft({ examples: [good, bad] })).toMatchObject({ ok: true });
    expect(await move({ to: "active" })).toMatchObject({
      ok: false,
      error: { code: "LIFECYCLE_INVALID", place: "cases.json:$.cases[1]" },
    });
  });

  it("has the CPU of one call for all cases together", async () => {
    const { draft, move } = world();
    const burn =
      'let n = 0; for (let i = 0; i < 40_000_000; i++) n += i; return { "number.out": input["number.in"] * 2 };';
    const examples = Array.from({ length: 60 }, (_, i) => ({
      input: { "number.in": i },
      output: { "number.out": 2 * i },
    }));
    await draft({ code: burn, examples, execution: { timeout_ms: 10_000 } });
    const moved = await move({ to: "active" });
    expect(moved).toMatchObject({ ok: false, error: { code: "LIFECYCLE_INVALID" } });
    expect(JSON.stringify(moved)).toMatch(/SANDBOX_BUDGET|have used the CPU/);
  });
});

describe("cases that come later", () => {
  const cases = (output: number) => ({
    "cases.json": JSON.stringify({ cases: [{ input: { "number.in": 3 }, output: { "number.out": output } }] }),
  });
  /** A node whose metadata binds no file. */
  const plain = async () => {
    const made = world();
    await made.draft();
    const { metadata, contract, code } = (await made.nodes.detail(CALL, "doubler", "1.0.0")) ?? {
      metadata: "",
      contract: "",
      code: "",
    };
    return {
      ...made,
      again: (files: Record<string, string>) =>
        made.nodes.register(CALL, { metadata, contract, code: code ?? "", files }),
    };
  };

  it("are held against the hash the node was stamped with", async () => {
    const { again } = await plain();
    expect(await again(cases(6))).toMatchObject({ ok: false, error: [{ code: "METADATA_HASH_MISMATCH" }] });
  });
});

describe("what is registered besides", () => {
  it.each<[string, Record<string, string>]>([
    ["a file outside of the folder", { "../x": "" }],
    ["a hidden file", { ".git/config": "" }],
    ["an absolute path", { "/etc/passwd": "" }],
    ["the metadata once more", { "node.onex.yaml": "" }],
    ["the code once more", { "node.js": "" }],
    ["more than is kept", { "a.md": "x".repeat(600_000) }],
    ["cases that are none", { "cases.json": "[]" }],
  ])("%s is refused", async (_, files) => {
    const { draft, stands } = world();
    expect(await draft({}, files)).toMatchObject({ ok: false });
    expect(await stands()).toBeUndefined();
  });
});
