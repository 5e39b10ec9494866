import { stamp } from "../../core/metadata/stamp.ts";
import { hashOf } from "../../core/registry/artifact-hashes.ts";
import { CommandFailure } from "../shell.ts";

/*
 * The nodes of a new project, and their tests: two in TypeScript, which are its Worker's own, and one in Python, which a
 * runner executes.
 */

const GREETING = `import { defineNode, z } from "onex-workers/nodes";

/** Greets whoever is named. */
export const greeting = defineNode({
  name: "greeting",
  version: "1.0.0",
  description: "Greets whoever is named",
  input: z.object({ "person.name": z.string().min(1) }),
  output: z.object({ "greeting.text": z.string() }),
  example: { input: { "person.name": "Ada" }, output: { "greeting.text": "Hello, Ada!" } },
  run: (input) => ({ "greeting.text": \`Hello, \${input["person.name"]}!\` }),
});
`;

const POSTER = `import { defineNode, z } from "onex-workers/nodes";

/** Sets a greeting in large letters. */
export const poster = defineNode({
  name: "poster",
  version: "1.0.0",
  description: "Sets a greeting in large letters",
  input: z.object({ "greeting.text": z.string(), "poster.width": z.number().int().min(1).optional() }),
  output: z.object({ "poster.text": z.string() }),
  example: { input: { "greeting.text": "Hello!" }, output: { "poster.text": "HELLO!" } },
  run: (input) => ({ "poster.text": input["greeting.text"].toUpperCase().slice(0, input["poster.width"] ?? 80) }),
});
`;

const INDEX = `import { greeting } from "./greeting.ts";
import { poster } from "./poster.ts";

/** The nodes of this Worker's own code. */
export const nodes = [greeting, poster];
`;

const PYTHON = `"""Counts the letters of every word."""


def run(state):
    words = state["greeting.text"].split()
    return {"greeting.lengths": [sum(letter.isalpha() for letter in word) for word in words]}
`;

const CONTRACT = `contract_version: 1.0.0
node_name: word_lengths
kind: effect
input_contract:
  greeting.text: { type: string }
output_contract:
  greeting.lengths: { type: array, items: { type: integer } }
execution:
  timeout_ms: 10000
  queue_timeout_ms: 60000
  sandbox: { memory_mb: 256, files_mb: 16, processes: 16, network: false }
examples:
  valid_input: { greeting.text: "Hello, Ada!" }
  valid_output: { greeting.lengths: [5, 3] }
`;

const TESTS = `import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { nodesIn, testNode, testOnex } from "onex-workers/testing";
import { greeting } from "../src/nodes/greeting.ts";
import { nodes } from "../src/nodes/index.ts";

const given = { "person.name": "Ada" };

test("a node alone", async () => {
  const { output } = await testNode(greeting, given);
  assert.deepEqual(output, { "greeting.text": "Hello, Ada!" });
});

test("a goal, planned and run in this process", async () => {
  const onex = await testOnex({ nodes });
  const run = await onex.goal({ want: ["poster.text"], given });
  assert.equal(run.status, "succeeded");
  assert.deepEqual(run.outputs, { "poster.text": "HELLO, ADA!" });
});

test("a goal with a node of a runner, which a mock stands in for", async () => {
  const mocks = { word_lengths: { "greeting.lengths": [5, 3] } };
  const onex = await testOnex({ nodes, registered: nodesIn("nodes"), mocks });
  const run = await onex.goal({ want: ["greeting.lengths"], given });
  assert.deepEqual(run.outputs, { "greeting.lengths": [5, 3] });
});

const hasPython = spawnSync("python3", ["--version"]).status === 0;

test("the Python node", { skip: hasPython ? false : "there is no python3 here" }, () => {
  const code = "import json, sys; sys.path.insert(0, 'nodes/word_lengths'); import node; print(json.dumps(node.run(json.load(sys.stdin))))";
  const { stdout, stderr } = spawnSync("python3", ["-B", "-c", code], {
    input: JSON.stringify({ "greeting.text": "Hello, Ada!" }),
    encoding: "utf8",
  });
  assert.equal(stderr, "");
  assert.deepEqual(JSON.parse(stdout), { "greeting.lengths": [5, 3] });
});
`;

/** Files of the nodes, by their paths in the project. */
export function nodeFiles(birth: { readonly uuid: string; readonly now: string; readonly author: string | null }) {
  const path = "nodes/word_lengths/node.onex.yaml";
  const stamped = stamp("", {
    path,
    uuid: birth.uuid,
    now: birth.now,
    ...(birth.author === null ? {} : { author: birth.author }),
    fields: {
      name: "word_lengths",
      entrypoint: { type: "python", target: "node.py" },
      namespace: "onex.nodes.word_lengths",
      meta_type: "node",
      lifecycle: "active",
      description: "Counts the letters of every word",
      state_contract: "state_contract://contract.yaml",
      runtime_language_hint: "python",
      x_extensions: { artifacts: { "contract.yaml": hashOf(CONTRACT), "node.py": hashOf(PYTHON) } },
    },
  });
  if (!stamped.ok) throw new CommandFailure(`the node was not stamped: ${stamped.error[0]?.message ?? ""}`);
  return {
    "src/nodes/greeting.ts": GREETING,
    "src/nodes/poster.ts": POSTER,
    "src/nodes/index.ts": INDEX,
    [path]: stamped.value.text,
    "nodes/word_lengths/contract.yaml": CONTRACT,
    "nodes/word_lengths/node.py": PYTHON,
    "test/nodes.test.ts": TESTS,
  };
}
