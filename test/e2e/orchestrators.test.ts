import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { JsonObject } from "../../contracts/json/json.ts";
import { planEdges } from "../../src/core/plan/model/plan-index.ts";
import { outputOfKind } from "../../src/core/run/reduce/output-of-kind.ts";
import { testEngine, type TestNode } from "../support/engines.ts";
import { idOf, steering, valueOf } from "../support/steered-run.ts";
import { downstreamOf, FIXTURES, runnablePlans, textsOf, type RunnablePlan } from "./support/imported-plans.ts";
import { openTestServer, type TestServer } from "./support/test-server.ts";
import { CALL } from "../support/call.ts";

const plans = runnablePlans();
const there = plans.length > 0;
if (!there) console.warn(`skipped: the public ONEX files are not at ${FIXTURES}`);

/** Stand-ins that do nothing and say that it is done. */
const standIns = ({ nodes }: RunnablePlan): readonly TestNode[] =>
  nodes.map((definition) => ({
    definition: { ...definition, entrypoint: { type: "builtin", target: definition.name } },
    run: () =>
      outputOfKind(definition.kind, Object.fromEntries(Object.keys(definition.outputs).map((key) => [key, true]))),
  }));

async function ran(one: RunnablePlan) {
  const world = await testEngine(standIns(one));
  const { runId } = valueOf(await world.send(one.operation, one.payload));
  await world.settle();
  return { world, runId, ...steering(world) };
}

/** The middle one of a plan's steps. */
const middleOf = ({ plan }: RunnablePlan): string => plan.steps[Math.floor(plan.steps.length / 2)]?.id ?? "";

describe.skipIf(!there)("orchestrators of the earlier project, run to their end", () => {
  it("are all of them here", () => {
    expect(plans.map(({ path }) => path)).toEqual([
      "capability_graphs/contributor_local.yaml",
      "capability_graphs/full_platform.yaml",
      "capability_graphs/new_employee.yaml",
      "capability_graphs/onboarding_canonical.yaml",
      "orchestrators/node_artifact_reconciliation_orchestrator.contract.yaml",
      "orchestrators/node_chain_orchestrator.contract.yaml",
      "orchestrators/node_registration_orchestrator.contract.yaml",
      "orchestrators/node_routing_orchestrator.contract.yaml",
      "orchestrators/node_validation_orchestrator.contract.yaml",
      "runtime_contracts/data_processing_pipeline.workflow.yaml",
      "runtime_contracts/etl_pipeline.workflow.yaml",
      "runtime_contracts/minimal_orchestrator.yaml",
    ]);
  });

  describe.each(plans.map((one) => [one.path, one] as const))("%s", (_, one) => {
    const ids = one.plan.steps.map(({ id }) => id).toSorted();

    it("succeeds, step by step in its order", async () => {
      const { world, runId, view } = await ran(one);
      const { services } = world.engine;
      const run = await view(runId);
      expect([run.status, run.error]).toEqual(["succeeded", null]);
      expect(Object.fromEntries(run.steps.map(({ id, status }) => [id, status]))).toEqual(
        Object.fromEntries(ids.map((id) => [id, "succeeded"])),
      );
      expect(Object.keys(run.outputs).toSorted()).toEqual(Object.keys(one.plan.results).toSorted());

      const result = valueOf(await services.runs.result(CALL, runId));
      expect([result.status, result.results.map(({ success }) => success)]).toEqual(["success", ids.map(() => true)]);

      const events = (await services.runs.events(CALL, runId, 0))?.events ?? [];
      const numbers = events.map(({ seq }) => seq);
      expect(numbers).toEqual([...new Set(numbers)].toSorted((a, b) => a - b));
      expect(events.at(-1)).toMatchObject({ type: "signal.graph.completed", status: "succeeded" });
      const at = (type: string, step: string): number =>
        events.findIndex((signal) => signal.type === type && "step" in signal && signal.step === step);
      for (const id of ids) expect(at("signal.node.dispatch", id)).toBeLessThan(at("signal.node.result", id));
      for (const { from, to } of planEdges(one.plan).filter(({ to: step }) => !fusedWith(one, step)))
        expect(at("signal.node.result", from)).toBeLessThan(at("signal.node.dispatch", to));
      expect(events).toHaveLength(2 * ids.length + 1);
    });

    it("can be run again from its middle, and replayed, to the same end", async () => {
      const { runId, view, rerun, settle, control, executed } = await ran(one);
      const middle = middleOf(one);
      const again = idOf(valueOf(await rerun(runId, { from: middle })));
      await settle();
      const [before, after] = [await view(runId), await view(again)];
      expect([after.status, after.outputs]).toEqual(["succeeded", before.outputs]);
      expect([...(await executed(again))].toSorted()).toEqual([...downstreamOf(one.plan, middle)].toSorted());

      const effects = one.plan.steps.filter(({ kind }) => kind === "effect").length;
      expect(valueOf(await control.replay(CALL, runId))).toMatchObject({
        identical: true,
        matches: ids.length - effects,
        not_repeated: effects,
        differs: 0,
        gone: 0,
      });
    });
  });
});

/** Steps of a segment are dispatched together. */
const fusedWith = ({ plan }: RunnablePlan, id: string): boolean =>
  plan.segments.some(({ steps }) => steps.length > 1 && steps.includes(id));

describe.skipIf(!there)("a real orchestrator on the real Worker", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await openTestServer();
  });
  afterAll(() => server.stop());

  it("succeeds over queues and objects, runs again from its middle and replays", async () => {
    const one = plans.find(({ path }) => path.includes("node_registration_orchestrator")) as RunnablePlan;
    const { client } = server;
    let registryVersion = "";
    for (const node of one.nodes) registryVersion = (await client.nodes.register(textsOf(node))).registry_version;
    const { runId } = await client.envelopes.send(
      { operation: one.operation, payload: one.payload },
      { registryVersion },
    );
    const result = await client.runs.wait(runId, { timeoutSeconds: 60 });
    const ids = one.plan.steps.map(({ id }) => id);
    expect([result.run_status, result.results.length]).toEqual(["succeeded", ids.length]);
    const told: string[] = [];
    for await (const signal of client.runs.events(runId))
      if (signal.type === "signal.node.result") told.push(String(signal["step"]));
    expect(told).toEqual(ids);

    const middle = middleOf(one);
    const again = await client.runs.rerun(runId, { from: middle });
    await client.runs.wait(again.run_id, { timeoutSeconds: 60 });
    const steps = (await client.runs.get(again.run_id)).steps as unknown as readonly (JsonObject & {
      readonly attempts: readonly unknown[];
    })[];
    expect(steps.filter(({ attempts }) => attempts.length > 0).map(({ id }) => id)).toEqual(
      ids.filter((id) => downstreamOf(one.plan, middle).has(id)),
    );
    expect(await client.runs.replay(runId)).toMatchObject({ identical: true, matches: 3, not_repeated: 4 });
  });
});

describe.skipIf(!there)("documents of every dialect, run to a report", () => {
  const folder = join(FIXTURES, "dialects");
  const verdicts = there
    ? (JSON.parse(readFileSync(join(folder, "expected.json"), "utf8")) as readonly { file: string; hash: string }[])
    : [];

  it("are all of them here", () => {
    const named = verdicts.map(({ file }) => file).toSorted();
    expect(named).toEqual(
      readdirSync(folder)
        .filter((name) => name !== "expected.json")
        .toSorted(),
    );
  });

  let server: TestServer;
  beforeAll(async () => {
    server = await openTestServer();
  });
  afterAll(() => server.stop());

  it.each(verdicts.map(({ file, hash }) => [file, hash] as const))("%s is %s", async (file, hash) => {
    const text = readFileSync(join(folder, file), "utf8");
    const { envelope, finished } = await server.client.goal(
      { want: ["hash.verdict"], given: { "document.text": text } },
      { waitSeconds: 10 },
    );
    expect([finished, envelope.success]).toEqual([true, true]);
    const { outputs } = envelope.payload as { readonly outputs: { readonly "hash.verdict": JsonObject } };
    expect(outputs["hash.verdict"]["verdict"]).toBe(hash);
  });
});
