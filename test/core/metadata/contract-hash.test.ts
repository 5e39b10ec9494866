import { describe, expect, it } from "vitest";
import { contractHash } from "../../../src/core/metadata/contract-hash.ts";

/** The same contract with its entries in another order at every level; keys sorted by hand in the first. */
const sorted = `contract_version: 1.0.0
input_state:
  properties:
    'on':
      type: boolean
    port:
      description: a description that a dumper folded over two lines because
        it is long
      enum:
        - Brest
        - Calais
  required:
    - port
  type: object
list:
  - a: 1
    b:
      c: 2
      d: 3
  - - x
    - y
node_name: tide
`;
const shuffled = `---

node_name: tide
list:
  - b:
      d: 3
      c: 2
    a: 1
  - - x
    - y
hash: HASH
contract_version: 1.0.0
input_state:
  type: object
  required:
    - port
  properties:
    port:
      enum:
        - Brest
        - Calais
      description: a description that a dumper folded over two lines because
        it is long
    'on':
      type: boolean
last_modified_at: '2026-01-31T12:00:00Z'
`;

describe("contractHash", () => {
  it("hashes the document with its keys sorted at every level, without hash and time", () => {
    const first = contractHash(`${sorted}hash: x\n`);
    const second = contractHash(shuffled);
    expect(first?.computed).toMatch(/^[0-9a-f]{64}$/);
    expect(second).toEqual({ declared: "HASH", line: 11, computed: first?.computed });
    expect(contractHash(shuffled.replaceAll("\n", "\r\n"))?.computed).toBe(first?.computed);
  });

  it("the order of a list is content, every other word too", () => {
    const { computed } = contractHash(shuffled) ?? {};
    expect(contractHash(shuffled.replace("- Brest\n        - Calais", "- Calais\n        - Brest"))?.computed).not.toBe(
      computed,
    );
    for (const word of ["tide", "Brest", "boolean", "long", "2", "y"]) {
      expect(contractHash(shuffled.replace(` ${word}\n`, ` ${word}x\n`))?.computed).not.toBe(computed);
    }
  });

  it("is about contracts only", () => {
    expect(contractHash("hash: x\nname: y\n")).toBeNull();
    expect(contractHash("node_name: a\nnode_version: b\n")).toBeNull();
    expect(contractHash("")).toBeNull();
  });

  it("has no answer for a text of another form", () => {
    const head = "node_name: a\nnode_version: b\nhash: x\n";
    expect(contractHash(`${head}- item\n`)?.computed).toBeNull();
    expect(
      contractHash(`${head}${Array.from({ length: 200 }, (_, i) => `${" ".repeat(i)}k:`).join("\n")}\n`)?.computed,
    ).toBeNull();
  });
});
