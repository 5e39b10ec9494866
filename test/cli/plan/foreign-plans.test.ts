import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { planWire } from "../../../contracts/documents/plan.ts";
import { onex } from "../support/test-shell.ts";

const SHARED = join(dirname(fileURLToPath(import.meta.url)), "../../../../shared/fixtures/omnibase");
const there = existsSync(SHARED);
if (!there) console.warn(`skipped: the public ONEX files are not at ${SHARED}`);

const plan = (...args: readonly string[]) => onex(["plan", ...args], { cwd: SHARED });

describe.skipIf(!there)("onex plan of the public files as they are", () => {
  it.each<[string, number, number]>([
    ["orchestrators/node_artifact_reconciliation_orchestrator.contract.yaml", 2, 2],
    ["orchestrators/node_chain_orchestrator.contract.yaml", 4, 2],
    ["orchestrators/node_registration_orchestrator.contract.yaml", 7, 7],
    ["orchestrators/node_routing_orchestrator.contract.yaml", 3, 3],
    ["orchestrators/node_validation_orchestrator.contract.yaml", 4, 4],
    ["runtime_contracts/data_processing_pipeline.workflow.yaml", 4, 1],
    ["runtime_contracts/etl_pipeline.workflow.yaml", 5, 1],
    ["runtime_contracts/minimal_orchestrator.yaml", 1, 1],
    ["capability_graphs/onboarding_canonical.yaml", 17, 8],
    ["capability_graphs/contributor_local.yaml", 6, 6],
    ["capability_graphs/full_platform.yaml", 6, 6],
    ["capability_graphs/new_employee.yaml", 10, 6],
  ])("%s has %i steps, %i in its longest chain", async (file, steps, depth) => {
    const { code, stdout } = await plan(file, "--json");
    const made = planWire.parse(JSON.parse(stdout));
    expect([code, made.steps.length, made.depth]).toEqual([0, steps, depth]);
  });

  it("takes a policy's steps from the capability graph beside it, and says so", async () => {
    const { stdout, stderr } = await plan("capability_graphs/contributor_local.yaml");
    expect(stdout).toContain(`
event_bus_connected ← check_node_bus_connection@1.0.0 [s5]
  event_bus_running ← check_event_bus@1.0.0 [s4]
    docker_infra_running ← check_docker_infra@1.0.0 [s3]
      core_installed ← install_core@1.0.0 [s2]
        uv_installed ← install_uv@1.0.0 [s1]
          python_installed ← check_python@1.0.0 [s0]
`);
    expect(stderr).toBe(`note: with the steps of ${join("capability_graphs", "onboarding_canonical.yaml")}\n`);
  });

  it.each(["minimal_compute.yaml", "minimal_effect.yaml", "minimal_reducer.yaml", "beta_runtime_host.yaml"])(
    "%s is no plan",
    async (name) => {
      const { code, stderr } = await plan(`runtime_contracts/${name}`);
      expect([code, stderr]).toEqual([1, expect.stringMatching(/^error: PLAN_NOT_A_PLAN: [^\n]+\nat \$\n/)]);
    },
  );
});
