import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { effectNode, pureNode } from "../../support/engines.ts";
import { onex, type Outcome } from "../support/test-shell.ts";
import { testServer, type TestServer } from "../support/test-server.ts";
import { definitionOf } from "../../nodes/built-in.ts";
import { noop } from "../../../src/nodes/noop/node.ts";

const SHOUT = pureNode("shout", "text.in", "text.loud", (text) => text.toUpperCase());
const TWICE = effectNode("twice", "text.loud", "text.twice", (text) => `${text} ${text}`);
const NOOP = { definition: definitionOf("noop"), run: noop };

const ORCHESTRATOR = `name: pages
type: orchestrator
steps:
  - {name: fetch, node: fetch_page}
  - {name: store, node: store_page, depends_on: [fetch]}
`;
const WORKFLOW = `name: letters
workflow_coordination:
  workflow_definition:
    execution_graph:
      nodes:
        - {node_id: write, node_type: compute}
        - {node_id: send, node_type: effect, depends_on: [write]}
`;
const CAPABILITIES = `title: Kitchen
description: How to cook.
steps:
  - {step_key: boil_water, name: Boil, step_type: setup, required_capabilities: [], produces_capabilities: [hot_water]}
  - {step_key: cook_rice, name: Cook, step_type: setup, required_capabilities: [hot_water], produces_capabilities: [rice]}
  - {step_key: fry_fish, name: Fry, step_type: setup, required_capabilities: [], produces_capabilities: [fish]}
`;
const POLICY = "policy_name: hungry\ntarget_capabilities: [rice]\n";

const cwd = mkdtempSync(join(tmpdir(), "onex-run-"));
let server: TestServer;
beforeAll(async () => {
  mkdirSync(join(cwd, "kitchen"));
  const files = {
    "orchestrator.yaml": ORCHESTRATOR,
    "workflow.yaml": WORKFLOW,
    "kitchen/graph.yaml": CAPABILITIES,
    "kitchen/policy.yaml": POLICY,
    "goal.yaml": "want: [text.twice]\ngiven: [text.in]\n",
    "mixed.yaml":
      "steps:\n  - {id: a, node: nobody}\n  - {id: b, node: shout, after: [a], inputs: {text.in: text.in}}\n",
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(cwd, name), text);
  server = await testServer([SHOUT, TWICE, NOOP]);
});
afterAll(async () => {
  await server.close();
  rmSync(cwd, { recursive: true });
});

const places: readonly [string, (...args: readonly string[]) => Promise<Outcome>][] = [
  ["--local", (...args) => onex(["run", ...args, "--local"], { cwd })],
  ["a server", (...args) => onex(["run", ...args], { cwd, env: server.env })],
];

describe.each(places)("onex run of what onex plan takes, %s", (_, run) => {
  it.each([
    ["orchestrator.yaml", ["fetch", "store"], "fetch_page, store_page"],
    ["workflow.yaml", ["write", "send"], "letters_write, letters_send"],
    ["kitchen/graph.yaml", ["boil_water", "cook_rice", "fry_fish"], "boil_water, cook_rice, fry_fish"],
    ["kitchen/policy.yaml", ["boil_water", "cook_rice"], "boil_water, cook_rice"],
  ])("%s with stand-ins", async (file, steps, names) => {
    const { code, stdout, stderr } = await run(file, "--stand-ins", "--json");
    expect([code, stderr]).toEqual([0, expect.stringContaining(`note: steps that do nothing stand in for ${names}\n`)]);
    const { results } = JSON.parse(stdout) as { results: readonly { step: string; status: string }[] };
    expect(results.map(({ step }) => step).toSorted()).toEqual(steps.toSorted());
  });

  it.each([
    ["orchestrator.yaml", "NODE_NOT_FOUND: not there: fetch_page, store_page"],
    ["workflow.yaml", "NODE_NOT_FOUND: not there: letters_write, letters_send"],
    ["kitchen/graph.yaml", "NODE_NOT_FOUND: not there: boil_water, cook_rice, fry_fish"],
    ["kitchen/policy.yaml", "PLAN_UNREACHABLE: cannot reach rice: missing rice( \\(goal.want\\))?"],
  ])("%s without them says what is not there", async (file, why) => {
    const { code, stderr } = await run(file);
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(new RegExp(`^(note: .*\n)*error: ${why}\n.*--stand-ins`, "s")),
    ]);
  });

  it("--nodes names the documents a policy is planned over", async () => {
    const { code, stderr } = await run("kitchen/policy.yaml", "--stand-ins", "--nodes", "kitchen/graph.yaml");
    expect([code, stderr]).toEqual([0, "note: steps that do nothing stand in for boil_water, cook_rice\n"]);
  });

  it("a document that is off is refused with its place", async () => {
    writeFileSync(join(cwd, "off.yaml"), ORCHESTRATOR.replace("node: fetch_page", "nod: fetch_page"));
    const { code, stderr } = await run("off.yaml", "--stand-ins");
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^error: PLAN_NOT_A_PLAN: off\.yaml: .*steps\[0\]/)]);
  });

  it("stand-ins are for graphs", async () => {
    const { code, stderr } = await run("goal.yaml", "--stand-ins");
    expect([code, stderr]).toEqual([2, expect.stringContaining("--stand-ins is for graphs")]);
  });
});

describe("onex run on a server", () => {
  const run = (...args: readonly string[]): Promise<Outcome> => onex(["run", ...args], { cwd, env: server.env });

  it("runs the real nodes of a graph, and stand-ins for the others only", async () => {
    const { code, stdout } = await run("mixed.yaml", "--stand-ins", "--input", "text.in=hey", "--json");
    expect([code, JSON.parse(stdout)]).toEqual([
      0,
      expect.objectContaining({ outputs: expect.objectContaining({ "text.loud": "HEY" }) }),
    ]);
  });

  it("runs a plan made before, with values", async () => {
    const { stdout: plan } = await onex(["plan", "goal.yaml", "--url", server.env["ONEX_URL"] ?? "", "--json"], {
      cwd,
      env: server.env,
    });
    writeFileSync(join(cwd, "plan.json"), plan);
    const { code, stdout } = await run("plan.json", "--input", "text.in=hey", "--json");
    expect([code, JSON.parse(stdout)]).toEqual([0, expect.objectContaining({ outputs: { "text.twice": "HEY HEY" } })]);
    expect((await run("plan.json")).stderr).toMatch(/^error: PLAN_DANGLING_EDGE: text\.in is not given/);
  });

  it("names the command that reads an output over 64 KB", async () => {
    writeFileSync(join(cwd, "large.txt"), "x".repeat(70_000));
    writeFileSync(join(cwd, "loud.yaml"), "want: [text.loud]\n");
    const { code, stdout } = await run("loud.yaml", "--input", "text.in=@large.txt");
    const [, id] = /^run (\S+) /.exec(stdout) ?? [];
    expect([code, stdout]).toEqual([
      0,
      expect.stringContaining(`  onex runs value ${id} shout text.loud  # 70002 bytes\n`),
    ]);
    const read = await onex(["runs", "value", id ?? "", "shout", "text.loud"], { cwd, env: server.env });
    expect(JSON.parse(read.stdout)).toBe("X".repeat(70_000));
  });
});

it("a local run's large output is read from the file it was written to", async () => {
  writeFileSync(
    join(cwd, "pass.json"),
    JSON.stringify({ want: ["noop.output"], given: { "noop.input": "x".repeat(70_000) } }),
  );
  const gone = await onex(["run", "pass.json", "--local"], { cwd });
  expect(gone.stdout).toMatch(
    /\n {2}onex runs value run\.json noop noop\.output {2}# 70002 bytes\nfirst keep the run: --out run\.json\n$/,
  );
  const kept = await onex(["run", "pass.json", "--local", "--out", "kept.json"], { cwd });
  expect(kept.stdout).toMatch(/\n {2}onex runs value kept\.json noop noop\.output {2}# 70002 bytes\n$/);
  const read = await onex(["runs", "value", "kept.json", "noop", "noop.output", "--local"], { cwd });
  expect(read.stdout).toBe(`"${"x".repeat(70_000)}"\n`);
});
