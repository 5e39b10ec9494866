import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../contracts/json/json.ts";
import { stamp } from "../../../src/core/metadata/stamp.ts";
import { admitNode } from "../../../src/core/registry/admit.ts";
import { hashOf } from "../../../src/core/registry/artifact-hashes.ts";
import type { NodeArtifacts } from "../../../src/core/registry/node.ts";

const NOW = "2026-01-31T12:00:00Z";
const UUID = "7f9c24e8-3b12-4fef-91e0-56a2d5a6f1c3";
const CODE = "export default function (input) { return { 'tide.count': 2 }; }\n";
const CONTRACT = `contract_version: 1.0.0
node_name: tide
node_version: 1.0.0
input_contract:
  document.text: {type: string}
  document.lang: {type: string, nullable: true}
optional_inputs: [document.lang]
output_contract:
  tide.count: {type: integer}
examples:
  valid_input: {document.text: twice a day}
  valid_output: {tide.count: 2}
`;

function metadata(fields: JsonObject = {}): string {
  const base = {
    entrypoint: { type: "builtin", target: "tide" },
    namespace: "onex.nodes.tide",
    meta_type: "node",
    tags: ["water"],
  };
  const options = {
    path: "nodes/tide/node.onex.yaml",
    fields: { ...base, ...fields },
    now: NOW,
    uuid: UUID,
    author: "Tide Desk",
  };
  const result = stamp("", options);
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value.text;
}

const refusals = (artifacts: NodeArtifacts): readonly string[] => {
  const admitted = admitNode(artifacts);
  return admitted.ok ? [] : admitted.error.map((found) => `${found.code} ${found.place}`);
};
const lineOf = (text: string, field: string): number =>
  text.split("\n").findIndex((line) => line.startsWith(`${field}:`)) + 1;

describe("admitNode", () => {
  it("gives the definition that metadata and contract describe", () => {
    const artifacts = { metadata: metadata({ trust_score: 0.75 }), contract: CONTRACT };
    const admitted = admitNode(artifacts);
    expect(admitted.ok && admitted.value).toMatchObject({
      name: "tide",
      version: "1.0.0",
      uuid: UUID,
      namespace: "onex.nodes.tide",
      lifecycle: "active",
      kind: "compute",
      entrypoint: { type: "builtin", target: "tide" },
      inputs: { "document.text": { schema: { type: "string" }, optional: false }, "document.lang": { optional: true } },
      outputs: { "tide.count": { type: "integer" } },
      tags: ["water"],
      group: null,
      declaredTrust: 0.75,
    });
    expect(admitted.ok && admitted.value.hash).toMatch(/^[0-9a-f]{64}$/);
    expect(admitted.ok && artifacts.metadata.includes(admitted.value.hash)).toBe(true);
  });

  it("gives the same digest for the same texts and another for any other", () => {
    const digest = (artifacts: NodeArtifacts): string => {
      const admitted = admitNode(artifacts);
      return admitted.ok ? admitted.value.digest : JSON.stringify(admitted.error);
    };
    const base = { metadata: metadata(), contract: CONTRACT };
    const fn = { entrypoint: { type: "function", target: "node.js" } };
    const all = [
      base,
      { ...base, contract: `${CONTRACT}\n` },
      { ...base, metadata: metadata({ tags: [] }) },
      { ...base, metadata: metadata(fn), code: CODE },
      { ...base, metadata: metadata(fn), code: `${CODE} ` },
    ];
    expect(digest({ ...base })).toBe(digest(base));
    expect(new Set(all.map(digest)).size).toBe(all.length);
    for (const each of all) expect(digest(each)).toMatch(/^[0-9a-f]{64}$/);
  });

  it("names an edited block: the hash is not verified", () => {
    const text = metadata().replace("Tide Desk", "Tidy Desk");
    expect(refusals({ metadata: text, contract: CONTRACT })).toEqual([
      `METADATA_HASH_MISMATCH node.onex.yaml:${lineOf(text, "hash")}`,
    ]);
  });

  it.each([
    ["a comment added below", (text: string): string => `${text}# note\n`],
    ["a space added at the end", (text: string): string => `${text} `],
    ["CRLF line breaks", (text: string): string => text.replaceAll("\n", "\r\n")],
    ["a byte order mark", (text: string): string => `\ufeff${text}`],
    ["a placeholder hash", (text: string): string => text.replace(/hash: .*/, `hash: ${"0".repeat(64)}`)],
    ["another hash", (text: string): string => text.replace(/hash: .*/, `hash: ${"a".repeat(64)}`)],
  ])("%s is a hash mismatch", (_, edit) => {
    const codes = refusals({ metadata: edit(metadata()), contract: CONTRACT }).map((found) => found.split(" ")[0]);
    expect(codes).toEqual(["METADATA_HASH_MISMATCH"]);
  });

  it("reads earlier dialects and does not register them", () => {
    const bare = metadata()
      .split("\n")
      .filter((line) => !line.startsWith("#"))
      .join("\n");
    expect(refusals({ metadata: bare, contract: CONTRACT })).toEqual([
      `METADATA_HASH_MISMATCH node.onex.yaml:${lineOf(bare, "hash")}`,
    ]);
    expect(refusals({ metadata: "no metadata", contract: CONTRACT })).toContain("METADATA_INVALID node.onex.yaml");
    expect(refusals({ metadata: "# === ONEX:Metadata ===\nname: x\n", contract: CONTRACT })).toContain(
      "METADATA_INVALID node.onex.yaml:1",
    );
  });

  it("lists every problem of every file at once, each with place, hint and the taxonomy's code", () => {
    const text = metadata()
      .replace("lifecycle: active", "lifecycle: template")
      .replace("version: 1.0.0\n", "version: one\n");
    const contract = CONTRACT.replace("{type: integer}", "{type: objec}")
      .replace("node_name: tide", "node_name: moon")
      .replace("twice a day", "12");
    const admitted = admitNode({ metadata: text, contract, code: CODE });
    const faults = admitted.ok ? [] : admitted.error;
    expect(faults.map((found) => `${found.code} ${found.place}`)).toEqual([
      `METADATA_HASH_MISMATCH node.onex.yaml:${lineOf(text, "hash")}`,
      `LIFECYCLE_INVALID node.onex.yaml:${lineOf(text, "lifecycle")}`,
      `METADATA_INVALID node.onex.yaml:${lineOf(text, "version")}`,
      'CONTRACT_VALIDATION_ERROR contract.yaml:$.output_contract["tide.count"].type',
      'CONTRACT_VALIDATION_ERROR contract.yaml:$.examples.valid_input["document.text"]',
      `METADATA_INVALID node.onex.yaml:${lineOf(text, "entrypoint")}`,
      "CONTRACT_VALIDATION_ERROR contract.yaml:$.node_name",
      "CONTRACT_VALIDATION_ERROR contract.yaml:$.node_version",
    ]);
    for (const found of faults) {
      expect(found.hint).not.toBe("");
      expect(found.details).toMatchObject({ code: expect.stringMatching(/^(SC|LC|MD|RG|ST)\d{3}$/) as string });
    }
  });

  it("refuses a pattern that linear time is not enough for, and says where", () => {
    const contract = CONTRACT.replace("{type: integer}", "{type: string, pattern: '^(?!dry)'}");
    const admitted = admitNode({ metadata: metadata(), contract, code: CODE });
    expect(admitted.ok ? [] : admitted.error).toContainEqual({
      code: "CONTRACT_VALIDATION_ERROR",
      message: "the pattern uses look-ahead, which is not accepted, at character 2",
      place: 'contract.yaml:$.output_contract["tide.count"].pattern',
      hint: "patterns are matched in linear time: put a second pattern under allOf, or under not",
      details: { code: "ST007" },
    });
  });

  it("contract and metadata speak of the same node", () => {
    expect(
      refusals({ metadata: metadata(), contract: CONTRACT.replace("node_version: 1.0.0", "node_version: 1.0.1") }),
    ).toEqual(["CONTRACT_VALIDATION_ERROR contract.yaml:$.node_version"]);
  });

  it("refuses metadata that is too long to be one, unread", () => {
    const long = `${metadata()}${"x".repeat(32 * 1024)}`;
    expect(refusals({ metadata: long, contract: CONTRACT, code: CODE })).toEqual(["METADATA_INVALID node.onex.yaml"]);
  });

  it("names the line of a contract that is not YAML", () => {
    expect(refusals({ metadata: metadata(), contract: "node_name: tide\nx: [1\n" })[0]).toMatch(
      /^CONTRACT_VALIDATION_ERROR contract\.yaml:[23]$/,
    );
  });

  it("a node's name is an identifier", () => {
    const text = metadata({ name: "Tide Table" });
    expect(refusals({ metadata: text, contract: CONTRACT })).toContain(
      `METADATA_INVALID node.onex.yaml:${lineOf(text, "name")}`,
    );
  });
});

describe("entrypoints", () => {
  const entry = (type: string, code?: string, contract = CONTRACT): readonly string[] => {
    const text = metadata({ entrypoint: { type, target: "node.js" } });
    return refusals({ metadata: text, contract, ...(code === undefined ? {} : { code }) });
  };

  it("a function has code and nobody else has", () => {
    expect(entry("function", CODE)).toEqual([]);
    expect(entry("function")).toHaveLength(1);
    expect(entry("function", " \n")).toHaveLength(1);
    expect(entry("builtin", CODE)).toHaveLength(1);
  });

  it.each(["timeout_ms: 10001", "timeout_ms: 30000", "timeout_ms: 600000"])(
    "a function is not promised CPU that no function has: %s",
    (timeout) => {
      const long = `${CONTRACT}execution: {${timeout}}\n`;
      expect(entry("function", CODE, long)).toEqual(["CONTRACT_VALIDATION_ERROR contract.yaml:$.execution.timeout_ms"]);
      expect(entry("function", CODE, long.replace(timeout, "timeout_ms: 10000"))).toEqual([]);
      // Others wait for something, and pay for nothing meanwhile.
      expect(entry("builtin", undefined, long)).toEqual([]);
      const admitted = admitNode({
        metadata: metadata({ entrypoint: { type: "function", target: "node.js" } }),
        contract: long,
        code: CODE,
      });
      expect(admitted.ok ? "" : admitted.error[0]?.hint).toBe(
        "declare 10000 or less; split longer work into several nodes",
      );
    },
  );

  it.each(["builtin", "noop", "wasm", "python", "cli"])("%s is accepted as declared", (type) => {
    expect(entry(type)).toEqual([]);
  });

  it("an http node says its call or is elsewhere, and a db node says its statement", () => {
    const call = `${CONTRACT}call: {http: {method: get, url: "https://a.example/b", output: {}}}\n`;
    const remote = `${CONTRACT}remote: {secret_ref: NODES}\n`;
    const query = `${CONTRACT}call: {db: {operation: query, statement: SELECT 1, output: {}}}\n`;
    const admitted = (type: string, target: string, contract: string): string => {
      const node = admitNode({ metadata: metadata({ entrypoint: { type, target } }), contract });
      return node.ok ? "" : node.error.map(({ message }) => message).join("; ");
    };
    expect(admitted("http", "https://a.example", remote)).toBe("");
    expect(admitted("http", "a.example", remote)).toMatch(/says neither/);
    expect(admitted("http", "https://a.example", CONTRACT)).toMatch(/says neither/);
    expect(admitted("db", "harbour", CONTRACT)).toMatch(/needs its statement/);
    expect(admitted("builtin", "x", remote)).toMatch(/is elsewhere/);
    // What the outputs lack is told before the entrypoint is looked at.
    expect(admitted("builtin", "x", call)).toMatch(/output/);
    expect(admitted("http", "x", query)).toMatch(/output/);
  });

  it.each(["markdown", "json"])("%s cannot be executed", (type) => {
    expect(entry(type)).toHaveLength(1);
  });

  it("a composite has a graph of the right shape and nobody else has one", () => {
    const graph = `${CONTRACT}graph:\n  steps:\n    - {id: a, node: counter}\n`;
    expect(entry("composite", undefined, graph)).toEqual([]);
    expect(entry("composite")).toHaveLength(1);
    expect(entry("builtin", undefined, graph)).toHaveLength(1);
    const broken = entry("composite", undefined, graph.replace("id: a", "id: 1"));
    expect(broken).toEqual(["CONTRACT_VALIDATION_ERROR contract.yaml:$.graph.steps[0].id"]);
    const admitted = admitNode({
      metadata: metadata({ entrypoint: { type: "composite", target: "graph" } }),
      contract: graph,
    });
    expect(admitted.ok && admitted.value.graph).toEqual({ steps: [{ id: "a", node: "counter" }] });
  });
});

describe("nodes that runners execute", () => {
  const of = (type: string, target: string, more = "", code?: string): readonly string[] => {
    const text = metadata({ entrypoint: { type, target } });
    return refusals({ metadata: text, contract: CONTRACT + more, ...(code === undefined ? {} : { code }) });
  };
  const IMAGE = `registry.example/tide@sha256:${"a".repeat(64)}`;

  it("python is a file, which brings its code, or a module, which does not", () => {
    expect(of("python", "node.py", "", "def run(state): return {}")).toEqual([]);
    expect(of("python", "tides.table")).toEqual([]);
    expect(of("python", "tides.table:count")).toEqual([]);
    expect(of("python", "node.py"), "the file is missing").toHaveLength(1);
    expect(of("python", "tides.table", "", CODE), "nobody would run it").toHaveLength(1);
    expect(of("python", "tides table")).toHaveLength(1);
    expect(of("python", "node.py", "python: {uv: [numpy==2.0.0]}\n", "x = 1")).toEqual([]);
    expect(of("python", "node.py", "python: {uv: [numpy], environment: data}\n", "x = 1")).toHaveLength(1);
    expect(of("python", "node.py", 'python: {uv: ["--index-url=http://evil"]}\n', "x = 1")).toHaveLength(1);
  });

  it("docker is an image by its digest", () => {
    expect(of("docker", IMAGE)).toEqual([]);
    for (const target of ["tide", "tide:latest", "tide@sha256:abc", `--privileged@sha256:${"a".repeat(64)}`])
      expect(of("docker", target)).toHaveLength(1);
  });

  it("only who is called as a command has a cli block, and only of keys that there are", () => {
    const cli = "cli: {command: [wc, -w], stdin: document.text, stdout: {text: tide.count}}\n";
    expect(of("cli", "wc", cli)).toEqual([]);
    expect(of("docker", IMAGE, cli)).toEqual([]);
    expect(of("python", "tides.table", cli)).toHaveLength(1);
    expect(of("cli", "wc", "cli: {stdin: nothing.there}\n")).toEqual([
      "CONTRACT_VALIDATION_ERROR contract.yaml:$.cli.stdin",
    ]);
    expect(of("cli", "wc", "cli: {stdout: {text: nothing.there}}\n")).toHaveLength(1);
    expect(of("cli", "wc", "cli: {command: [wc, {key: nothing.there}]}\n")).toHaveLength(1);
    expect(of("cli", "wc", "cli: {command: [{key: document.text}]}\n"), "a value is no program").toHaveLength(1);
    expect(of("cli", "wc", "cli: {exit_codes: {ok: [0], retry: [0]}}\n")).toHaveLength(1);
    expect(of("cli", "wc", "cli: {env: {path: x}}\n")).toHaveLength(1);
  });

  it("keep what the contract says to runners, and others keep none of it", () => {
    const limits = "execution: {pool: gpu, queue_timeout_ms: 5000, sandbox: {memory_mb: 64, network: true}}\n";
    const admitted = (type: string, target: string) =>
      admitNode({ metadata: metadata({ entrypoint: { type, target } }), contract: CONTRACT + limits });
    expect(admitted("cli", "wc")).toMatchObject({
      value: {
        runner: { pool: "gpu", queueTimeoutMs: 5_000, sandbox: { memory_mb: 64, processes: 64, network: true } },
      },
    });
    const other = admitted("builtin", "tide");
    expect(other.ok && other.value.runner).toBeUndefined();
    expect(of("cli", "wc", "execution: {pool: GPU}\n")).toHaveLength(1);
  });
});

describe("declared artifact hashes", () => {
  const declare = (artifacts: JsonObject): string =>
    metadata({ entrypoint: { type: "function", target: "node.js" }, x_extensions: { artifacts } });

  it("hold when they are those of the files", () => {
    const text = declare({ "contract.yaml": hashOf(CONTRACT), "node.js": hashOf(CODE), "README.md": "not registered" });
    expect(refusals({ metadata: text, contract: CONTRACT, code: CODE })).toEqual([]);
  });

  it("betray every edited file", () => {
    const text = declare({ "contract.yaml": hashOf(CONTRACT), "node.js": hashOf(CODE) });
    const place = `METADATA_HASH_MISMATCH node.onex.yaml:${lineOf(text, "x_extensions")}`;
    expect(refusals({ metadata: text, contract: `${CONTRACT}# x\n`, code: CODE })).toEqual([place]);
    expect(refusals({ metadata: text, contract: `${CONTRACT}# x\n`, code: `${CODE};` })).toEqual([place, place]);
  });

  it("must be a map", () => {
    const text = metadata({ x_extensions: { artifacts: ["contract.yaml"] } });
    expect(refusals({ metadata: text, contract: CONTRACT })).toEqual([
      `METADATA_INVALID node.onex.yaml:${lineOf(text, "x_extensions")}`,
    ]);
  });
});
