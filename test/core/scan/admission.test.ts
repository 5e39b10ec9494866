import { describe, expect, it } from "vitest";
import { judgeText } from "../../../src/core/scan/judge-text.ts";
import type { ScanWorld } from "../../../src/core/scan/references.ts";
import { admitNode } from "../../../src/core/registry/admit.ts";
import { nodeFiles, stampedText } from "../../cli/support/folder.ts";

const PATH = "tide/node.onex.yaml";
const FILES = nodeFiles("tide");
const CONTRACT = FILES["tide/contract.yaml"] ?? "";

const metadataWith = (fields: object): string =>
  stampedText(PATH, "", {
    name: "tide",
    version: "1.0.0",
    description: "The node tide.",
    entrypoint: { type: "builtin", target: "tide" },
    namespace: "onex.nodes.tide",
    meta_type: "node",
    state_contract: "state_contract://contract.yaml",
    lifecycle: "draft",
    ...fields,
  });

const worldOf = (files: Readonly<Record<string, string>>): ScanWorld => ({
  hasFile: (path) => path in files,
  sha256: () => null,
  text: (path) => files[path] ?? null,
  contractName: () => null,
});

/** What validation says of a node's metadata, and what registration says of the node. */
function both(metadata: string, files: Readonly<Record<string, string>>) {
  const options = { path: PATH, profiles: ["canonical"], world: worldOf(files) } as const;
  const { errors } = judgeText(metadata, options).verdict;
  const code = files["node.js"];
  const contract = files["contract.yaml"];
  const admitted =
    contract !== undefined && admitNode({ metadata, contract, ...(code === undefined ? {} : { code }) }).ok;
  return { errors, admitted };
}

describe("validation and registration", () => {
  it.each<[string, string, Readonly<Record<string, string>>]>([
    ["a node as it should be", metadataWith({}), { "contract.yaml": CONTRACT }],
    ["another version in the contract", metadataWith({ version: "1.0.1" }), { "contract.yaml": CONTRACT }],
    ["another name in the contract", metadataWith({ name: "ebb" }), { "contract.yaml": CONTRACT }],
    ["no contract", metadataWith({}), {}],
    ["a contract that is none", metadataWith({}), { "contract.yaml": "node_name: [" }],
    ["a schema that is none", metadataWith({}), { "contract.yaml": CONTRACT.replace("type: string", "type: objec") }],
    [
      "a function without code",
      metadataWith({ entrypoint: { type: "function", target: "node.js" } }),
      { "contract.yaml": CONTRACT },
    ],
    [
      "a function with code",
      metadataWith({ entrypoint: { type: "function", target: "node.js" } }),
      { "contract.yaml": CONTRACT, "node.js": "export default () => ({});\n" },
    ],
    [
      "a composite without a graph",
      metadataWith({ entrypoint: { type: "composite", target: "contract.yaml" } }),
      { "contract.yaml": CONTRACT },
    ],
    [
      "a composite with a graph of nonsense",
      metadataWith({ entrypoint: { type: "composite", target: "contract.yaml" } }),
      { "contract.yaml": `${CONTRACT}graph: { steps: nothing }\n` },
    ],
    [
      "a graph beside a built-in",
      metadataWith({}),
      { "contract.yaml": `${CONTRACT}graph: { steps: [{ id: a, node: b }] }\n` },
    ],
    [
      "a wait for nothing known",
      metadataWith({ entrypoint: { type: "wait", target: "godot" } }),
      { "contract.yaml": CONTRACT },
    ],
    [
      "a declared hash that does not hold",
      metadataWith({ x_extensions: { artifacts: { "contract.yaml": "0".repeat(64) } } }),
      { "contract.yaml": CONTRACT },
    ],
  ])("say the same of %s", (_name, metadata, files) => {
    const { errors, admitted } = both(metadata, files);
    expect({ refused: errors.length > 0, errors: errors.map(({ message }) => message) }).toMatchObject({
      refused: !admitted,
    });
  });

  it("name what disagrees, and where", () => {
    const { errors } = both(metadataWith({ version: "1.0.1" }), { "contract.yaml": CONTRACT });
    expect(errors).toMatchObject([
      {
        code: "ST004",
        message: "contract.yaml:$.node_version: node_version is 1.0.0, the metadata's version is 1.0.1",
      },
    ]);
  });

  it("say nothing of a node that cannot be executed, and of files alone", () => {
    const document = metadataWith({ entrypoint: { type: "markdown", target: "README.md" } });
    expect(both(document, {}).errors.filter(({ code }) => code === "RG003")).toEqual([]);
    const alone = judgeText(metadataWith({ version: "1.0.1" }), { path: PATH, profiles: ["canonical"] });
    expect(alone.verdict.errors).toEqual([]);
  });
});
