import { asWire } from "../../../contracts/json/wire.ts";
import { rmSync, mkdtempSync, mkdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { JsonObject } from "../../../contracts/json/json.ts";
import { planWire, type PlanWire } from "../../../contracts/documents/plan.ts";
import { nodeFiles, testFolder } from "../support/folder.ts";
import { onex, type Outcome } from "../support/test-shell.ts";

const FILES = {
  "goal.yaml": "want: [metadata.report]\ngiven: [document.text]\n",
  "graph.yaml":
    "steps:\n  - {id: e, node: metadata_extract}\n  - {id: v, node: metadata_validate}\ngiven: [document.text]\n",
  "node.json": '{"node": "hash_verify", "input": {"document.text": "# Hello"}}',
  "envelope.json": JSON.stringify({
    source_node: "test",
    operation: "node.execute",
    target_node: "hash_verify",
    payload: { input: { "document.text": "# Hello" } },
  }),
  "orchestrator.yaml":
    "type: orchestrator\nname: o\nsteps:\n  - {name: one, node: noop}\n  - {name: two, node: other, depends_on: [one]}\n",
  "demo.workflow.yaml":
    "workflow_coordination:\n  workflow_definition:\n    execution_graph:\n      nodes:\n        - {node_id: a, node_type: compute}\n" +
    "        - {node_id: b, node_type: effect, depends_on: [a], step_config: {skip_condition: never}}\n",
  "steps/graph.yaml":
    "title: t\nsteps:\n  - {step_key: first, produces_capabilities: [ready]}\n" +
    "  - {step_key: second, required_capabilities: [ready], produces_capabilities: [finished]}\n" +
    "  - {step_key: third, produces_capabilities: [aside]}\n",
  "steps/policies/finish.yaml": "policy_name: p\ntarget_capabilities: [finished]\nmax_estimated_minutes: 1\n",
} as const;

const cwd = mkdtempSync(join(tmpdir(), "onex-plan-"));
beforeAll(() => {
  mkdirSync(join(cwd, "steps/policies"), { recursive: true });
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(cwd, name), text);
});
afterAll(() => rmSync(cwd, { recursive: true }));

const plan = (args: readonly string[], stdin = ""): Promise<Outcome> => onex(["plan", ...args], { cwd, stdin });
const planOf = async (args: readonly string[], stdin = ""): Promise<PlanWire> => {
  const { code, stdout, stderr } = await plan([...args, "--json"], stdin);
  if (code !== 0) throw new Error(stderr);
  return asWire(planWire.parse(JSON.parse(stdout)));
};
const refused = async (args: readonly string[], stdin = "") => {
  const { code, stdout, stderr } = await plan([...args, "--json"], stdin);
  return { exit: code, stderr, ...(JSON.parse(stdout) as { readonly error: JsonObject }).error };
};
const stepsOf = ({ steps }: PlanWire): readonly string[] => steps.map(({ id }) => id);

describe("onex plan shows", () => {
  it("a tree with the reasons below it", async () => {
    const { code, stdout, stderr } = await plan(["goal.yaml"]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(
      /^plan [0-9a-f]{12}: 4 steps in 1 segment, cost [\d.]+ \(the least\), depth 3\n\nmetadata\.report ← metadata_report@1\.0\.0 \[s0\]\n/,
    );
    expect(stdout).toMatch(
      /\n\nwhy\n {2}document\.dialect ← metadata_extract@1\.0\.0: costs [\d.]+\n[^]+ {2}document\.text ← given\n/,
    );
  });

  it("every candidate with --why", async () => {
    const { stdout } = await plan(["graph.yaml", "--why"]);
    expect(stdout).toContain("\n  document.fields\n    chosen    metadata_extract@1.0.0  named by the graph\n");
  });

  it("drawings", async () => {
    expect((await plan(["goal.yaml", "--format", "mermaid"])).stdout).toMatch(
      /^flowchart TD\n {2}g0\(\["document\.text"\]\)\n/,
    );
    expect((await plan(["goal.yaml", "--format", "dot"])).stdout).toMatch(/^digraph plan \{\n[^]+\n\}\n$/);
  });

  it("JSON, however it is asked for, the same every time", async () => {
    const { stdout } = await plan(["goal.yaml", "--format", "json"]);
    expect(JSON.parse(stdout)).toEqual(await planOf(["goal.yaml"]));
  });
});

describe("onex plan takes", () => {
  it.each<[string, readonly string[]]>([
    ["goal.yaml", ["hash_verify", "metadata_extract", "metadata_validate", "metadata_report"]],
    ["graph.yaml", ["e", "v"]],
    ["node.json", ["hash_verify"]],
    ["envelope.json", ["hash_verify"]],
    ["orchestrator.yaml", ["one", "two"]],
    ["demo.workflow.yaml", ["a", "b"]],
    ["steps/graph.yaml", ["first", "third", "second"]],
    ["steps/policies/finish.yaml", ["first", "second"]],
  ])("%s", async (file, steps) => {
    expect(stepsOf(await planOf([file]))).toEqual(steps);
  });

  it("standard input, and values that are there or not", async () => {
    const goal = '{"want": ["hash.verdict"], "given": {"document.text": "x"}}';
    expect(stepsOf(await planOf(["-"], goal))).toEqual(["hash_verify"]);
  });

  it("an orchestrator's own nodes where they are registered, stand-ins for the rest", async () => {
    expect((await planOf(["orchestrator.yaml"])).steps.map(({ node, entrypoint }) => [node, entrypoint])).toEqual([
      ["noop", "builtin"],
      ["other", "noop"],
    ]);
  });

  it("what a document says and its plan does not as a note", async () => {
    const { code, stderr } = await plan(["demo.workflow.yaml"]);
    expect([code, stderr]).toEqual([0, "note: b: skip_condition is free text and is not evaluated\n"]);
  });

  it("a policy with the capability graph it is kept with, or one that is named", async () => {
    expect((await plan(["steps/policies/finish.yaml"])).stderr).toBe(
      `note: with the steps of ${join("steps", "graph.yaml")}\n`,
    );
    const text = FILES["steps/policies/finish.yaml"];
    expect(stepsOf(await planOf(["-", "--nodes", "steps/graph.yaml"], text))).toEqual(["first", "second"]);
    expect(await refused(["-"], text)).toMatchObject({ exit: 1, code: "PLAN_UNREACHABLE", place: "goal.want" });
  });

  it("a policy, written out or in a file, whatever the document is", async () => {
    writeFileSync(join(cwd, "policy.yaml"), "mode: sequential\n");
    for (const file of ["goal.yaml", "graph.yaml", "demo.workflow.yaml", "steps/policies/finish.yaml"]) {
      const { policy } = await planOf([file, "--policy", '{"fusion": "none", "max_depth": 7}']);
      expect(policy).toMatchObject({ fusion: "none", max_depth: 7 });
      expect((await planOf([file, "--policy", "policy.yaml"])).policy.mode).toBe("sequential");
    }
    expect((await planOf(["goal.yaml", "--policy", '{"fusion": "none"}'])).segments).toHaveLength(4);
  });

  it("nodes of a folder", async () => {
    const specification = {
      description: "Counts words.",
      author: "Test",
      input_contract: { "document.text": { type: "string" } },
      output_contract: { "document.words": { type: "integer" } },
      code: 'export default (input) => ({ "document.words": input["document.text"].length });',
      examples: [{ input: { "document.text": "ab" }, output: { "document.words": 2 } }],
    };
    writeFileSync(join(cwd, "spec.json"), JSON.stringify(specification));
    mkdirSync(join(cwd, "nodes"));
    await onex(["generate", "node", "word_count", "--spec", "spec.json", "--dir", "nodes"], { cwd });
    const goal = "want: [document.words]\ngiven: [document.text]\n";
    expect(stepsOf(await planOf(["-", "--nodes", "nodes"], goal))).toEqual(["word_count"]);
    expect(await refused(["-"], goal)).toMatchObject({
      exit: 1,
      code: "PLAN_UNREACHABLE",
      details: { missing: [{ key: "document.words", needed_by: "goal" }] },
    });
  });
});

describe("onex plan --against", () => {
  it("is silent about equal plans but for one line, and ends with 0", async () => {
    writeFileSync(join(cwd, "before.json"), (await plan(["goal.yaml", "--json"])).stdout);
    const { code, stdout } = await plan(["goal.yaml", "--against", "before.json"]);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^both plans do the same: [0-9a-f]{12}\n$/)]);
  });

  it("prints what differs, and ends with 1", async () => {
    writeFileSync(join(cwd, "before.json"), (await plan(["goal.yaml", "--json"])).stdout);
    const changed = ["goal.yaml", "--policy", '{"mode": "batch"}', "--against", "before.json"];
    const { code, stdout } = await plan(changed);
    expect([code, stdout]).toEqual([
      1,
      expect.stringMatching(
        /^the plans differ: [0-9a-f]{12} → [0-9a-f]{12}\n~ plan\n {4}policy\.mode: "parallel" → "batch"\n$/,
      ),
    ]);
    expect(JSON.parse((await plan([...changed, "--json"])).stdout)).toMatchObject({
      same: false,
      added: [],
      plan: [{ field: "policy.mode", from: "parallel", to: "batch" }],
    });
  });

  it.each([
    ["{}", "not a valid plan: "],
    ["[1", ": not readable as "],
  ])("takes %s for a wrong call", async (text, message) => {
    writeFileSync(join(cwd, "wrong.json"), text);
    const { code, stderr } = await plan(["goal.yaml", "--against", "wrong.json"]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });

  it("does not believe a plan that was changed by hand", async () => {
    const before = await planOf(["goal.yaml"]);
    const steps = before.steps.map((step, i) => (i === 0 ? { ...step, version: "9.0.0" } : step));
    writeFileSync(join(cwd, "forged.json"), JSON.stringify({ ...before, steps }));
    const { code, stderr } = await plan(["goal.yaml", "--against", "forged.json"]);
    expect([code, stderr]).toEqual([2, expect.stringContaining("its hash is not that of its content ($.hash)")]);
    expect(await refused(["forged.json"])).toMatchObject({ exit: 1, code: "PLAN_NOT_A_PLAN", place: "$.hash" });
  });
});

describe("onex plan --mutate", () => {
  const ops = (...list: readonly object[]): string => {
    writeFileSync(join(cwd, "ops.json"), JSON.stringify(list));
    return "ops.json";
  };

  it("changes a plan that is made, and one that was made before", async () => {
    const file = ops({ op: "remove", step: "v" }, { op: "result", name: "metadata.validation", from: null });
    const changed = await planOf(["graph.yaml", "--mutate", file]);
    expect(stepsOf(changed)).toEqual(["e"]);
    writeFileSync(join(cwd, "made.json"), (await plan(["graph.yaml", "--json"])).stdout);
    expect((await planOf(["made.json", "--mutate", file])).hash).toBe(changed.hash);
    expect((await plan(["graph.yaml", "--mutate", file, "--against", "made.json"])).stdout).toContain(
      "\n- step v (metadata_validate@1.0.0)\n",
    );
  });

  it("holds a plan made before against the nodes there are", async () => {
    writeFileSync(join(cwd, "workflow.json"), (await plan(["demo.workflow.yaml", "--json"])).stdout);
    expect(await refused(["workflow.json"])).toMatchObject({ exit: 1, code: "NODE_NOT_FOUND", place: "steps[0].node" });
    expect(stepsOf(await planOf(["workflow.json", "--nodes", "demo.workflow.yaml"]))).toEqual(["a", "b"]);
  });

  it.each<[object, string, string]>([
    [{ op: "remove", step: "absent" }, "PLAN_INVALID_MUTATION", "mutations[0]"],
    [{ op: "explode", step: "e" }, "PLAN_INVALID_MUTATION", "mutations[0].op"],
    [{ op: "remove" }, "PLAN_INVALID_MUTATION", "mutations[0].step"],
    [{ op: "after", step: "e", after: ["v"] }, "PLAN_CYCLE", "step e"],
  ])("refuses %j", async (op, code, place) => {
    expect(await refused(["graph.yaml", "--mutate", ops(op)])).toMatchObject({
      exit: 1,
      code,
      place,
      hint: expect.any(String),
    });
  });
});

describe("onex plan refuses with a code, a place and a hint", () => {
  const gate =
    "steps:\n  - {id: e, node: metadata_extract, when: {value: v.metadata.validation}}\n  - {id: v, node: metadata_validate}\n";
  const many = { steps: Array.from({ length: 10_001 }, (_, i) => ({ id: `s${i}`, node: "noop" })) };
  it.each<[string, string, string, string]>([
    ["a goal out of reach", "want: [no.body]\n", "PLAN_UNREACHABLE", "goal.want"],
    [
      "a cycle",
      "steps:\n  - {id: a, node: noop, after: [b]}\n  - {id: b, node: noop, after: [a]}\n",
      "PLAN_CYCLE",
      "step a",
    ],
    [
      "a step that waits for itself",
      "steps: [{id: a, node: noop, after: [a]}]\n",
      "PLAN_SELF_DEPENDENCY",
      "steps[0].after[0]",
    ],
    ["an edge to nothing", "steps: [{id: a, node: noop, after: [b]}]\n", "PLAN_DANGLING_EDGE", "steps[0].after[0]"],
    ["a duplicate step", "steps: [{id: a, node: noop}, {id: a, node: noop}]\n", "PLAN_DUPLICATE_STEP", "steps[1].id"],
    ["10,001 steps", JSON.stringify(many), "PLAN_TOO_MANY_STEPS", "policy.max_steps"],
    [
      "a range nothing satisfies",
      "steps: [{id: a, node: noop, version: ^9.0.0}]\n",
      "PLAN_VERSION_UNSATISFIED",
      "steps[0].version",
    ],
    ["an unknown node", "steps: [{id: a, node: nope}]\n", "NODE_NOT_FOUND", "steps[0].node"],
    ["a gate on a later output", `${gate}given: [document.text]\n`, "PLAN_GATE_LATER_OUTPUT", "step e: when"],
    [
      "a gate on no output",
      "steps: [{id: a, node: noop, when: {value: b.x}}]\n",
      "PLAN_GATE_UNKNOWN_OUTPUT",
      "steps[0].when.value",
    ],
    [
      "policies that contradict",
      "want: [hash.verdict]\npolicy: {mode: sequential, max_parallelism: 2}\n",
      "PLAN_POLICY_CONFLICT",
      "policy.mode",
    ],
    [
      "an input nothing feeds",
      "steps: [{id: a, node: hash_verify}]\n",
      "PLAN_UNBOUND_INPUT",
      'steps[0].inputs["document.text"]',
    ],
    ["YAML that is no plan", "runtime: {name: r}\n", "PLAN_NOT_A_PLAN", "$"],
    ["an empty file", "", "PLAN_NOT_A_PLAN", "$"],
    ["a text", "just words", "PLAN_NOT_A_PLAN", "$"],
    [
      "a workflow without nodes",
      "workflow_coordination: {}\n",
      "PLAN_NOT_A_PLAN",
      "$.workflow_coordination.workflow_definition",
    ],
    ["YAML that cannot be read", "want: [a\nb: }", "PLAN_UNREADABLE", "line 2"],
    ["JSON that cannot be read", '{"want": ["a" "b"]}', "PLAN_UNREADABLE", "line 1, column 15"],
  ])("%s", async (_, text, code, place) => {
    const refusal = await refused(["-"], text);
    expect(refusal).toMatchObject({ exit: 1, code, place, hint: expect.stringMatching(/\S/) });
    expect(refusal.stderr).toMatch(new RegExp(`^error: ${code}: .+\nat `));
  });

  it("names places within the file, not within an envelope it has not", async () => {
    expect(await refused(["-"], "want: [no spaces]\n")).toMatchObject({
      exit: 1,
      code: "INVALID_PARAMETER",
      place: "$.want[0]",
      message: expect.stringMatching(/^want\[0\]: /),
    });
    const envelope = { source_node: "t", operation: "goal.run", payload: { want: ["no spaces"] } };
    expect(await refused(["-"], JSON.stringify(envelope))).toMatchObject({ place: "$.payload.want[0]" });
    expect(await refused(["-"], "want: [no spaces]\ngiven: 7\n")).toMatchObject({
      message: expect.stringMatching(/^the goal has 2 problems; the first: want\[0\]: /),
      details: { errors: [{ place: "$.want[0]" }, { place: "$.given" }] },
    });
  });

  it("refuses what nobody here can execute, as a server does", async () => {
    const entrypoint = { type: "wasm", target: "far.wasm" };
    const files = nodeFiles("far", { entrypoint, lifecycle: "active" });
    const { path } = testFolder(files);
    const reason = "no handler here executes wasm entrypoints";
    expect(await refused(["-", "--nodes", path], "want: [far.output]\ngiven: [far.input]\n")).toMatchObject({
      exit: 1,
      code: "PLAN_UNREACHABLE",
      details: { candidates: [{ node: "far", reasons: [reason] }] },
    });
    const graph = "steps: [{id: a, node: far}]\ngiven: [far.input]\n";
    expect(await refused(["-", "--nodes", path], graph)).toMatchObject({
      code: "HANDLER_NOT_FOUND",
      details: { handler_type: "wasm", available_handlers: ["builtin", "db", "function", "http", "local", "noop"] },
    });
    const { stderr } = await plan(["-", "--nodes", path], graph);
    expect(stderr).toContain(`error: HANDLER_NOT_FOUND: nobody here can execute far@1.0.0: ${reason}`);
  });

  it("lists everything that is wrong, and what comes nearest", async () => {
    const { stderr } = await plan(["-"], "steps: [{id: a, node: nop}, {id: a, node: noop}]\n");
    expect(stderr).toBe(
      `error: NODE_NOT_FOUND: no node is named nop
at steps[0].node
  PLAN_DUPLICATE_STEP: two steps have the id a (steps[1].id): rename it; steps[0] has this id too
register it first; did you mean noop?
`,
    );
    const goal = await plan(["-"], "want: [metadata.report]\ngiven: [document.txt]\n");
    expect(goal.stderr).toContain("  document.text is missing, needed by ");
    expect(goal.stderr).toContain("nearest: document.txt\n");
  });
});

describe("onex plan, called wrongly", () => {
  it.each<[readonly string[], string]>([
    [["absent.yaml"], "absent.yaml: it does not exist"],
    [[], "missing required argument 'file'"],
    [["goal.yaml", "--format", "png"], "'png' is invalid"],
    [["goal.yaml", "--local", "--url", "http://127.0.0.1:1"], "--local and --url exclude each other"],
    [["goal.yaml", "--json", "--format", "dot"], "--json and --format exclude each other"],
    [["goal.yaml", "--against", "goal.yaml", "--format", "dot"], "a difference has no form dot"],
    [["goal.yaml", "--policy", "{"], "--policy is neither a file nor JSON"],
    [["goal.yaml", "--policy", "absent.yaml"], "absent.yaml: it does not exist"],
    [["goal.yaml", "--mutate", "goal.yaml"], "goal.yaml is no list of mutations"],
    [["goal.yaml", "--nodes", "absent"], "absent: it does not exist"],
    [["goal.yaml", "--nodes", "goal.yaml"], "goal.yaml brings no nodes"],
  ])("%j ends with 2", async (args, message) => {
    const { code, stderr, stdout } = await plan(args);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
    expect(stdout).toMatch(args.includes("--json") ? /^\{\n {2}"error": \{/ : /^$/);
  });
});
