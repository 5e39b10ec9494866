import { expect, it } from "vitest";
import type { Fault } from "../../../src/core/errors.ts";
import type { LifecycleReasons } from "../../../src/core/metadata/lifecycle.ts";
import type { Lifecycle } from "../../../src/core/registry/node.ts";
import type { Result } from "../../../src/core/result.ts";
import type { ScoredNode } from "../../../src/core/trust/history.ts";
import type { NodeRegistry, Registration } from "../../../src/spi/node-registry.ts";
import { sampleArtifacts, sampleNode } from "../sample-node.ts";

export interface OpenRegistry {
  readonly registry: NodeRegistry & {
    setLifecycle(
      tenant: string,
      name: string,
      version: string,
      lifecycle: Lifecycle,
      reasons?: LifecycleReasons,
    ): Promise<Result<Registration, Fault>>;
  };
  /** Writes scores where the registry finds them. */
  readonly scores: { put(tenant: string, scores: readonly ScoredNode[]): Promise<void> };
  /** A tenant nobody has written to. */
  readonly tenant: string;
}

const SUCCESSOR = "11111111-1111-4111-8111-111111111111";

/** What every NodeRegistry must do. */
export function nodeRegistryContract(label: string, open: () => Promise<OpenRegistry>): void {
  const register = async ({ registry, tenant }: OpenRegistry, node = sampleNode(), now = 1_000) => {
    const result = await registry.register(tenant, node, sampleArtifacts(node.name), now);
    if (!result.ok) throw new Error(result.error.message);
    return result.value;
  };

  it(`${label}: starts empty`, async () => {
    const { registry, tenant } = await open();
    expect(await registry.version(tenant)).toBe("0.0");
    expect(await registry.versions(tenant, "nobody")).toEqual([]);
    expect(await registry.artifacts(tenant, "nobody", "1.0.0")).toBeNull();
    const { version, nodes, trust } = await registry.snapshot(tenant);
    expect({ version, nodes, trust: trust.size }).toEqual({ version: "0.0", nodes: [], trust: 0 });
  });

  it(`${label}: keeps a node as it was registered`, async () => {
    const opened = await open();
    const node = sampleNode({ declaredTrust: 0.9, config: { deep: { list: [1, null, "ü"] } } });
    const artifacts = { metadata: "name: ü\n", contract: "contract: 1\n", code: "export default () => ({});\n" };
    const registered = await opened.registry.register(opened.tenant, node, artifacts, 42);
    expect(registered).toEqual({ ok: true, value: { created: true, registryVersion: "1.0" } });
    expect(await opened.registry.versions(opened.tenant, node.name)).toMatchObject([
      { definition: node, registeredAt: 42 },
    ]);
    expect(await opened.registry.artifacts(opened.tenant, node.name, node.version)).toEqual(artifacts);
    expect(await opened.registry.artifacts(opened.tenant, node.name, "9.9.9")).toBeNull();
    const snapshot = await opened.registry.snapshot(opened.tenant);
    expect(snapshot.byRef.get("text_count@1.0.0")).toEqual(node);
    expect(snapshot.trust.get("text_count@1.0.0")).toEqual({ score: 0.9, confidence: 0, samples: 0 });
  });

  it(`${label}: keeps no code where there is none`, async () => {
    const opened = await open();
    await register(opened);
    expect(await opened.registry.artifacts(opened.tenant, "text_count", "1.0.0")).toEqual(
      sampleArtifacts("text_count"),
    );
  });

  it(`${label}: keeps further files, and those of the last registration of the very same node`, async () => {
    const opened = await open();
    const { registry, tenant } = opened;
    const send = (files?: Readonly<Record<string, string>>, digest?: string) => {
      const artifacts = { ...sampleArtifacts("text_count"), ...(files === undefined ? {} : { files }) };
      return registry.register(tenant, sampleNode(digest === undefined ? {} : { digest }), artifacts, 1);
    };
    const kept = async () => (await registry.artifacts(tenant, "text_count", "1.0.0"))?.files;
    await send({ "README.md": "# ü", "deep/er.md": "" });
    expect(await kept()).toEqual({ "README.md": "# ü", "deep/er.md": "" });
    expect(await send({ "cases.json": "{}" })).toEqual({ ok: true, value: { created: false, registryVersion: "1.0" } });
    expect(await kept()).toEqual({ "cases.json": "{}" });
    await send();
    expect(await send({ "cases.json": "[]" }, "another")).toMatchObject({ ok: false });
    expect(await kept()).toEqual({ "cases.json": "{}" });
  });

  it(`${label}: is not changed through an object it was given`, async () => {
    const opened = await open();
    const node = { ...sampleNode(), tags: ["before"] };
    await register(opened, node);
    node.tags.push("after");
    expect((await opened.registry.versions(opened.tenant, node.name))[0]?.definition.tags).toEqual(["before"]);
  });

  it(`${label}: registers the same node once`, async () => {
    const opened = await open();
    await register(opened);
    expect(await register(opened, sampleNode(), 2_000)).toEqual({ created: false, registryVersion: "1.0" });
    const versions = await opened.registry.versions(opened.tenant, "text_count");
    expect(versions.map(({ registeredAt }) => registeredAt)).toEqual([1_000]);
  });

  it(`${label}: refuses another content under a taken name and version`, async () => {
    const opened = await open();
    await register(opened);
    const other = sampleNode({ digest: "other" });
    const refused = await opened.registry.register(opened.tenant, other, sampleArtifacts("other"), 1);
    expect(refused).toMatchObject({ ok: false, error: { code: "DUPLICATE_REGISTRATION", place: "text_count@1.0.0" } });
    expect(await opened.registry.version(opened.tenant)).toBe("1.0");
    expect(await opened.registry.artifacts(opened.tenant, "text_count", "1.0.0")).toEqual(
      sampleArtifacts("text_count"),
    );
  });

  it(`${label}: refuses the uuid of another node, not that of another version`, async () => {
    const opened = await open();
    await register(opened);
    const { uuid } = sampleNode();
    await register(opened, sampleNode({ version: "1.1.0", uuid }));
    const thief = sampleNode({ name: "text_thief", uuid });
    const refused = await opened.registry.register(opened.tenant, thief, sampleArtifacts("text_thief"), 1);
    expect(refused).toMatchObject({ ok: false, error: { code: "DUPLICATE_REGISTRATION", place: "text_thief@1.0.0" } });
    expect(await opened.registry.versions(opened.tenant, "text_thief")).toEqual([]);
  });

  it(`${label}: creates exactly one of registrations that race`, async () => {
    const opened = await open();
    const same = await Promise.all(Array.from({ length: 5 }, () => register(opened)));
    expect(same.filter(({ created }) => created)).toHaveLength(1);
    const rivals = await Promise.all(
      ["a", "b", "c"].map((digest) => {
        const node = sampleNode({ name: "text_rival", digest });
        return opened.registry.register(opened.tenant, node, sampleArtifacts(digest), 1);
      }),
    );
    expect(rivals.filter((result) => result.ok && result.value.created)).toHaveLength(1);
    expect(rivals.filter((result) => !result.ok && result.error.code === "DUPLICATE_REGISTRATION")).toHaveLength(2);
    const [winner] = await opened.registry.versions(opened.tenant, "text_rival");
    const artifacts = await opened.registry.artifacts(opened.tenant, "text_rival", "1.0.0");
    expect(artifacts).toEqual(sampleArtifacts(winner?.definition.digest ?? ""));
    const sharers = await Promise.all(
      ["text_x", "text_y"].map((name) => {
        const node = sampleNode({ name, uuid: SUCCESSOR });
        return opened.registry.register(opened.tenant, node, sampleArtifacts(name), 1);
      }),
    );
    expect(sharers.filter(({ ok }) => ok)).toHaveLength(1);
  });

  it(`${label}: lists versions newest first, by number`, async () => {
    const opened = await open();
    for (const version of ["1.9.0", "1.10.0", "0.3.0"]) await register(opened, sampleNode({ version }));
    const versions = await opened.registry.versions(opened.tenant, "text_count");
    expect(versions.map(({ definition }) => definition.version)).toEqual(["1.10.0", "1.9.0", "0.3.0"]);
  });

  it(`${label}: moves the lifecycle where the rules allow it`, async () => {
    const opened = await open();
    const { registry, tenant } = opened;
    await register(opened, sampleNode({ lifecycle: "draft" }));
    expect(await registry.setLifecycle(tenant, "text_count", "1.0.0", "active")).toEqual({
      ok: true,
      value: { created: false, registryVersion: "2.0" },
    });
    expect((await registry.snapshot(tenant)).nodes[0]?.lifecycle).toBe("active");
    expect((await registry.versions(tenant, "text_count"))[0]?.definition.lifecycle).toBe("active");
    expect(await registry.setLifecycle(tenant, "text_count", "1.0.0", "active")).toMatchObject({
      ok: true,
      value: { registryVersion: "2.0" },
    });
    expect(await registry.setLifecycle(tenant, "text_count", "1.0.0", "draft")).toMatchObject({
      ok: false,
      error: { code: "LIFECYCLE_INVALID", details: { code: "LC003" } },
    });
    expect(await registry.setLifecycle(tenant, "text_count", "1.0.0", "deprecated")).toMatchObject({
      ok: false,
      error: { code: "LIFECYCLE_INVALID", details: { code: "LC005" } },
    });
    const reasons = { deprecatedBy: SUCCESSOR };
    expect(await registry.setLifecycle(tenant, "text_count", "1.0.0", "deprecated", reasons)).toMatchObject({
      ok: true,
    });
    expect(await registry.versions(tenant, "text_count")).toMatchObject([
      { definition: { lifecycle: "deprecated" }, reasons },
    ]);
    expect(await registry.setLifecycle(tenant, "text_count", "2.0.0", "active")).toMatchObject({
      ok: false,
      error: { code: "NODE_NOT_FOUND" },
    });
    expect(await register(opened, sampleNode({ lifecycle: "draft" }))).toMatchObject({ created: false });
  });

  it(`${label}: judges moves that race one after the other, whichever is first`, async () => {
    for (const activateFirst of [true, false]) {
      const opened = await open();
      const { registry, tenant } = opened;
      await register(opened, sampleNode({ lifecycle: "draft" }));
      const activate = () => registry.setLifecycle(tenant, "text_count", "1.0.0", "active");
      const archive = () =>
        registry.setLifecycle(tenant, "text_count", "1.0.0", "archived", { archivedReason: "never used" });
      const moves = await Promise.all(activateFirst ? [activate(), archive()] : [archive(), activate()]);
      // Archived is final: an activation either came before it or was refused.
      expect((await registry.versions(tenant, "text_count"))[0]?.definition.lifecycle).toBe("archived");
      for (const move of moves) if (!move.ok) expect(move.error.code).toBe("LIFECYCLE_INVALID");
      expect(moves.some(({ ok }) => ok)).toBe(true);
    }
  });

  it(`${label}: counts a write of nodes and a write of trust apart`, async () => {
    const opened = await open();
    await register(opened);
    await register(opened, sampleNode({ version: "2.0.0", declaredTrust: 0.25 }));
    await opened.scores.put(opened.tenant, [
      { node: "text_count@1.0.0", score: { score: 0.75, confidence: 0.5, samples: 9 }, at: 7 },
    ]);
    await opened.scores.put(opened.tenant, []);
    expect(await opened.registry.version(opened.tenant)).toBe("2.1");
    const { version, trust } = await opened.registry.snapshot(opened.tenant);
    expect(version).toBe("2.1");
    expect(trust).toEqual(
      new Map([
        ["text_count@1.0.0", { score: 0.75, confidence: 0.5, samples: 9 }],
        ["text_count@2.0.0", { score: 0.25, confidence: 0, samples: 0 }],
      ]),
    );
  });

  it(`${label}: gives the same whether it is read anew or from any earlier snapshot`, async () => {
    const opened = await open();
    const { registry, scores, tenant } = opened;
    const seen = [await registry.snapshot(tenant)];
    const score = (node: `${string}@${string}`, of: number) =>
      scores.put(tenant, [{ node, score: { score: of, confidence: 0.5, samples: 2 }, at: 7 }]);
    const changes = [
      () => register(opened, sampleNode({ declaredTrust: 0.25 })),
      () => score("text_count@1.0.0", 0.75),
      () => register(opened, sampleNode({ version: "1.1.0", lifecycle: "draft" })),
      () => register(opened, sampleNode({ name: "text_other" })),
      () => registry.setLifecycle(tenant, "text_count", "1.1.0", "active"),
      () => score("text_other@1.0.0", 0.125),
      () => registry.setLifecycle(tenant, "text_other", "1.0.0", "archived", { archivedReason: "unused" }),
      () => score("text_count@1.0.0", 0.5),
    ];
    for (const change of changes) {
      await change();
      const now = await registry.snapshot(tenant);
      for (const since of [...seen, now]) expect(await registry.snapshot(tenant, since)).toEqual(now);
      seen.push(now);
    }
    expect(new Set(seen.map(({ version }) => version)).size).toBe(seen.length);
    expect(seen.at(-1)?.trust.get("text_other@1.0.0")?.score).toBe(0.125);
  });

  it(`${label}: takes no more than a registry may hold, and goes on serving what it has`, async () => {
    const opened = await open();
    const { registry, tenant } = opened;
    const large = (n: number) =>
      sampleNode({ name: `text_large_${n}`, description: "x".repeat(1_800_000), digest: `large-${n}` });
    const answers = [];
    for (let n = 0; n < 10; n++) answers.push(await registry.register(tenant, large(n), sampleArtifacts("large"), 1));
    expect(answers.filter(({ ok }) => ok)).toHaveLength(8);
    expect(answers[9]).toMatchObject({
      ok: false,
      error: { code: "REGISTRY_FULL", place: "text_large_9@1.0.0", details: { registered: expect.any(Number) } },
    });
    expect((await registry.snapshot(tenant)).nodes).toHaveLength(8);
    expect(await register(opened)).toMatchObject({ created: true });
    expect(await register({ ...opened, tenant: `${tenant}-other` })).toMatchObject({ created: true });
  });

  it(`${label}: keeps tenants apart`, async () => {
    const opened = await open();
    await register(opened);
    const other = { ...opened, tenant: `${opened.tenant}-other` };
    expect(await other.registry.snapshot(other.tenant)).toMatchObject({ version: "0.0", nodes: [] });
    expect(await register(other, sampleNode({ digest: "other" }))).toEqual({ created: true, registryVersion: "1.0" });
    expect(await opened.registry.version(opened.tenant)).toBe("1.0");
  });
}
