import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../contracts/json/json.ts";
import type { ScaffoldSpecificationInput } from "../../contracts/documents/scaffold.ts";
import { faultOf } from "../../src/core/errors.ts";
import { readBlock } from "../../src/core/metadata/read.ts";
import { factsOf, observe } from "../../src/core/trust/observation.ts";
import { memoryBlobStore } from "../../src/infra/memory/blob-store.ts";
import { steppingClock } from "../../src/infra/memory/clock.ts";
import { memoryNodeRegistry } from "../../src/infra/memory/node-registry.ts";
import type { BlobStore } from "../../src/spi/blob-store.ts";
import type { NodeRegistry } from "../../src/spi/node-registry.ts";
import { failFirst, failing } from "../support/failing.ts";
import { bench, START } from "./bench-of-ports.ts";
import { definitionOf } from "./built-in.ts";

type Bench = Awaited<ReturnType<typeof bench>>;

const scaffold = definitionOf("scaffold");
const SPECIFICATION: ScaffoldSpecificationInput = {
  name: "word_count",
  description: "Counts words.",
  input_contract: { "document.text": { type: "string" } },
  output_contract: { "text.words": { type: "integer", minimum: 0 } },
  code: "const words = input['document.text'].split(' ');\nreturn { 'text.words': words.length };",
  examples: [
    { name: "two", input: { "document.text": "a b" }, output: { "text.words": 2 } },
    { input: { "document.text": "a b {{c}}" }, output: { "text.words": 3 } },
  ],
};

interface Registration {
  readonly name: string;
  readonly version: string;
  readonly lifecycle: string;
  readonly hash: string;
  readonly digest: string;
  readonly hash_verified: boolean;
  readonly registry_version: string;
  readonly artifacts: readonly string[];
  readonly examples: readonly JsonObject[];
  readonly problems: readonly string[];
}

async function build(
  on: Bench,
  changes: Partial<ScaffoldSpecificationInput> = {},
  tenant = "default",
): Promise<Registration> {
  const specification = JSON.parse(JSON.stringify({ ...SPECIFICATION, ...changes })) as JsonObject;
  const { result } = await on.execute(scaffold, { "node.specification": specification }, { tenant });
  return result?.["node.registration"] as unknown as Registration;
}

const namesOf = async (registry: NodeRegistry, tenant = "default") =>
  (await registry.snapshot(tenant)).nodes.map(({ name, version, lifecycle }) => `${name}@${version} ${lifecycle}`);

describe("scaffold node", () => {
  it("builds, proves, stores and registers an active node", async () => {
    const on = await bench();
    const registration = await build(on);
    const prefix = `scaffold/default/word_count/1.0.0/${registration.digest}`;
    expect(registration).toMatchObject({
      name: "word_count",
      version: "1.0.0",
      lifecycle: "active",
      hash_verified: true,
      registry_version: await on.registry.version("default"),
      artifacts: ["README.md", "cases.json", "contract.yaml", "node.js", "node.onex.yaml"].map(
        (file) => `${prefix}/${file}`,
      ),
      examples: [
        { name: "two", passed: true },
        { name: "example 2", passed: true },
      ],
      problems: [],
    });
    expect(await namesOf(on.registry)).toEqual(["word_count@1.0.0 active"]);
    const stored = await on.registry.artifacts("default", "word_count", "1.0.0");
    for (const [file, text] of [
      ["node.onex.yaml", stored?.metadata],
      ["contract.yaml", stored?.contract],
      ["node.js", stored?.code],
    ] as const) {
      expect(await on.blobs.get(`${prefix}/${file}`)).toBe(text);
    }
    expect(readBlock(stored?.metadata ?? "", { path: "node.onex.yaml" })).toMatchObject({
      hash: "verified",
      declaredHash: registration.hash,
    });
  });

  it("builds a node that runs", async () => {
    const on = await bench();
    await build(on);
    const { definition } =
      (await on.registry.versions("default", "word_count"))[0] ?? expect.fail("it is not registered");
    const code = (await on.registry.artifacts("default", "word_count", "1.0.0"))?.code ?? "";
    const output = await on.execute(
      definition,
      { "document.text": "one two three" },
      { code: () => Promise.resolve(code) },
    );
    expect(output).toEqual({ result: { "text.words": 3 } });
  });

  it("announces the node as an event of the effect", async () => {
    const on = await bench();
    const { events } = await on.execute(scaffold, { "node.specification": SPECIFICATION as unknown as JsonObject });
    expect(events).toMatchObject([{ type: "node.registered", node: "word_count@1.0.0", lifecycle: "active" }]);
  });

  it("registers a draft, with the reason, when an example gives something else", async () => {
    const on = await bench();
    const registration = await build(on, {
      examples: [{ name: "off by one", input: { "document.text": "a" }, output: { "text.words": 2 } }],
    });
    expect(registration).toMatchObject({
      lifecycle: "draft",
      hash_verified: true,
      examples: [{ name: "off by one", passed: false, problem: '$["text.words"] is 1, expected 2' }],
      problems: ['off by one: $["text.words"] is 1, expected 2'],
    });
    expect(await namesOf(on.registry)).toEqual(["word_count@1.0.0 draft"]);
  });

  it("registers a draft when an output breaks its own contract", async () => {
    const registration = await build(await bench(), { code: "return { 'text.words': -1, more: 1 };" });
    expect(registration.lifecycle).toBe("draft");
    expect(registration.problems[0]).toMatch(/does not satisfy its contract/);
  });

  it.each([
    ["no examples", { examples: [] }, /no examples/],
    ["no code", { code: undefined }, /placeholder/],
  ])("registers a draft with %s", async (_, changes, reason) => {
    const registration = await build(await bench(), changes);
    expect(registration).toMatchObject({ lifecycle: "draft", problems: [expect.stringMatching(reason) as unknown] });
  });

  describe("refuses, and leaves nothing registered and nothing stored:", () => {
    const text = { "document.text": "a" };
    it.each<readonly [string, Partial<ScaffoldSpecificationInput>, object]>([
      [
        "a specification that is none",
        { name: "Word Count", output_contract: {} },
        { code: "SCAFFOLD_INVALID", place: "$.name" },
      ],
      [
        "an invalid schema",
        { output_contract: { "text.words": { type: "objec" } }, examples: [] },
        { code: "CONTRACT_VALIDATION_ERROR", place: 'contract.yaml:$.output_contract["text.words"].type' },
      ],
      [
        "an example with an input the node never gets",
        { examples: [{ input: {}, output: { "text.words": 1 } }] },
        { code: "SCAFFOLD_INVALID", place: "examples[0].input" },
      ],
      [
        "an example with an output the node may not give",
        { examples: [{ input: text, output: { "text.words": -1 } }] },
        { code: "SCAFFOLD_INVALID", place: "examples[0].output" },
      ],
      [
        "code that throws, with the author's line",
        { code: "\nnull.x;" },
        { code: "SANDBOX_ERROR", place: "code:2", message: expect.stringMatching(/^two: TypeError/) },
      ],
      [
        "code that is no JavaScript",
        { code: "return {;" },
        { code: "SANDBOX_ERROR", place: "code:1", message: expect.stringMatching(/SyntaxError/) },
      ],
      ["code that returns nothing", { code: "const a = 1;" }, { code: "OUTPUT_STATE_INVALID" }],
      ["code that never ends", { code: "for (;;);", execution: { timeout_ms: 200 } }, { code: "SANDBOX_BUDGET" }],
      [
        "examples that take too long together, though none does alone",
        {
          code: 'for (let i = 0; i < 2e6; i++); return { "text.words": 2 };',
          execution: { timeout_ms: 9_900 },
          examples: Array.from({ length: 5 }, () => ({ input: text, output: { "text.words": 2 } })),
        },
        { code: "SANDBOX_BUDGET", place: "examples", message: expect.stringMatching(/the examples before it/) },
      ],
      [
        "code that eats memory",
        { code: "const a = []; for (;;) a.push('x'.repeat(1e5) + a.length);", execution: { timeout_ms: 5_000 } },
        { code: "SANDBOX_MEMORY" },
      ],
    ])("%s", async (_, changes, expected) => {
      const on = await bench();
      const problem = await build(on, changes).then(
        () => null,
        (thrown: unknown) => faultOf(thrown),
      );
      expect(problem).toMatchObject(expected);
      // What comes with the specification says nothing about the node that builds from it.
      const seen = { ok: false, fault: problem!, inputHash: null, inputBytes: 1, startedAt: 0, durationMs: 1 } as const;
      expect(observe(factsOf(seen, 1_000)).w).toBe(0);
      expect(await namesOf(on.registry)).toEqual([]);
      expect(await on.blobs.list("")).toEqual([]);
    });
  });

  describe("when the name and version are taken", () => {
    it("by another specification: DUPLICATE_REGISTRATION, and what was there stays as it was", async () => {
      const on = await bench();
      const first = await build(on);
      const before = await Promise.all(first.artifacts.map((key) => on.blobs.get(key)));
      await expect(build(on, { description: "Counts them otherwise." })).rejects.toMatchObject({
        fault: { code: "DUPLICATE_REGISTRATION" },
      });
      expect(await Promise.all(first.artifacts.map((key) => on.blobs.get(key)))).toEqual(before);
      expect((await on.registry.versions("default", "word_count")).map(({ definition }) => definition.digest)).toEqual([
        first.digest,
      ]);
    });

    it("by a node that was not scaffolded: DUPLICATE_REGISTRATION", async () => {
      const on = await bench();
      const noop = definitionOf("noop");
      await on.registry.register("default", noop, { metadata: "", contract: "" }, 0);
      await expect(build(on, { name: "noop" })).rejects.toMatchObject({ fault: { code: "DUPLICATE_REGISTRATION" } });
    });

    it("by the very same specification: the same registration again, later and however it is written", async () => {
      const on = await bench();
      const first = await build(on);
      on.clock.advance(86_400_000);
      expect(await build(on, { tags: [], version: "1.0.0" })).toEqual(first);
      expect(await namesOf(on.registry)).toHaveLength(1);
    });

    it("in another tenant, or with another version: a node of its own", async () => {
      const on = await bench();
      const digests = [await build(on), await build(on, {}, "other"), await build(on, { version: "1.1.0" })].map(
        ({ digest }) => digest,
      );
      expect(new Set(digests).size).toBe(3);
      expect(await namesOf(on.registry)).toEqual(["word_count@1.1.0 active", "word_count@1.0.0 active"]);
      expect(await namesOf(on.registry, "other")).toEqual(["word_count@1.0.0 active"]);
    });
  });

  type Break = (
    blobs: BlobStore,
    registry: NodeRegistry,
  ) => { readonly blobs?: BlobStore; readonly registry?: NodeRegistry };
  const BREAKS: readonly (readonly [what: string, dated: "by the first attempt" | "by the retry", Break])[] = [
    ["the first write", "by the retry", (blobs) => ({ blobs: failing(blobs, failFirst<BlobStore>("put")) })],
    [
      "the write of a file",
      "by the first attempt",
      (blobs) => ({ blobs: failing(blobs, (method, call) => (method === "put" && call === 4 ? "before" : null)) }),
    ],
    [
      "the registration, before it was made",
      "by the first attempt",
      (_, registry) => ({ registry: failing(registry, failFirst<NodeRegistry>("register")) }),
    ],
    [
      "the registration, its answer being lost",
      "by the first attempt",
      (_, registry) => ({ registry: failing(registry, failFirst<NodeRegistry>("register", 1, "after")) }),
    ],
  ];
  it.each(BREAKS)(
    "after a failure of %s a retry ends in one whole registration, dated %s",
    async (_, dated, breakIt) => {
      const undisturbed = await build(await bench());
      const blobs = memoryBlobStore();
      const registry = memoryNodeRegistry();
      const on = await bench({ blobs, registry, ...breakIt(blobs, registry) });
      await expect(build(on)).rejects.toMatchObject({ fault: { code: "SERVICE_UNAVAILABLE" } });
      on.clock.advance(30_000);
      const retried = await build(on);
      expect(await namesOf(registry)).toEqual(["word_count@1.0.0 active"]);
      expect((await registry.versions("default", "word_count"))[0]?.definition.digest).toBe(retried.digest);
      expect(await blobs.list(`scaffold/default/word_count/1.0.0/${retried.digest}/`)).toEqual(retried.artifacts);
      expect(retried.artifacts).toHaveLength(5);
      expect(retried.digest === undisturbed.digest).toBe(dated === "by the first attempt");
    },
  );

  it("leaves nothing registered while the registry is away", async () => {
    const registry = memoryNodeRegistry();
    const on = await bench({ registry: failing(registry, failFirst<NodeRegistry>("register", Infinity)) });
    for (let i = 0; i < 3; i++)
      await expect(build(on)).rejects.toMatchObject({ fault: { code: "SERVICE_UNAVAILABLE" } });
    expect(await namesOf(registry)).toEqual([]);
  });

  it("ends in one registration when two attempts race, whatever time each of them saw", async () => {
    const on = await bench({ clock: steppingClock(START, 1_000) });
    const [one, two] = await Promise.all([build(on), build(on)]);
    expect(one.digest).toBe(two.digest);
    expect(await namesOf(on.registry)).toHaveLength(1);
  });

  it("builds document_stats from the specification that ships, with every example passing", async () => {
    const url = new URL("../../docs/examples/document_stats.spec.json", import.meta.url);
    const on = await bench();
    const registration = await build(on, JSON.parse(readFileSync(url, "utf8")) as ScaffoldSpecificationInput);
    expect(registration).toMatchObject({ name: "document_stats", lifecycle: "active", problems: [] });
    expect(registration.examples).toHaveLength(3);
  });
});
