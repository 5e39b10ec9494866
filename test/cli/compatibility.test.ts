import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { FileVerdict } from "../../src/core/scan/verdict.ts";
import { onex } from "./support/onex.ts";

/** Documents of others, which are not part of the project: without them these tests are skipped. */
const SHARED = join(import.meta.dirname, "../../../shared");
const present = existsSync(join(SHARED, "fixtures"));
if (!present) console.info("skipped: ../shared is not there, so other people's documents are not judged");

async function judged(path: string, ...args: readonly string[]): Promise<readonly FileVerdict[]> {
  const outcome = await onex(["validate", join(SHARED, path), "--json", ...args]);
  return outcome.json<{ readonly files: readonly FileVerdict[] }>().files;
}

const nameOf = ({ path }: FileVerdict): string => path.slice(path.lastIndexOf("/") + 1);
const isSound = ({ errors, schema }: FileVerdict): boolean =>
  errors.length === 0 && !Object.values(schema).includes("invalid");

describe.skipIf(!present)("documents of others", () => {
  it("of every dialect have the verdicts that are expected", async () => {
    const expected = JSON.parse(readFileSync(join(SHARED, "fixtures/dialects/expected.json"), "utf8")) as {
      file: string;
      dialect: string | null;
      hash: string;
    }[];
    const found = new Map((await judged("fixtures/dialects")).map((file) => [nameOf(file), file]));
    for (const { file, dialect, hash } of expected) {
      expect([file, found.get(file)?.dialect, found.get(file)?.hash]).toEqual([file, dialect, hash]);
    }
  });

  it("behave as the names of the schemas' test data say", async () => {
    const files = await judged("fixtures/omnibase/schemas_testdata");
    expect(files.length).toBe(12);
    for (const file of files)
      expect([nameOf(file), isSound(file)]).toEqual([nameOf(file), nameOf(file).startsWith("valid_")]);
  });

  it("are trees that are read and trees that are refused", async () => {
    const files = await judged("fixtures/omnibase/trees");
    expect(files.length).toBe(11);
    for (const file of files) {
      expect([file.path, file.schema.tree_format]).toEqual([
        file.path,
        file.path.includes("/invalid/") ? "invalid" : "valid",
      ]);
    }
  });

  it("are six nodes, valid under the permissive profile, their contracts found and verified", async () => {
    const files = await judged("fixtures/omnibase/nodes", "--profile", "permissive");
    const nodes = files.filter((file) => nameOf(file) === "node.onex.yaml");
    expect(nodes.map(({ schema, hash, references, errors }) => ({ schema, hash, references, errors }))).toEqual(
      Array(6).fill({ schema: { permissive: "valid" }, hash: "unverifiable", references: "ok", errors: [] }),
    );
    const contracts = files.filter((file) => nameOf(file) === "contract.yaml");
    expect(contracts.map(({ schema, hash }) => [schema.state_contract, hash])).toEqual(
      Array(6).fill(["valid", "verified"]),
    );
  });

  it("are schemas, whose stamps verify", async () => {
    const files = await judged("fixtures/omnibase/schemas");
    const stamped = files.filter((file) => file.dialect !== null);
    expect(stamped.map(({ dialect, hash }) => [dialect, hash])).toEqual(Array(4).fill(["G1", "verified"]));
  });
});

describe.skipIf(!existsSync(join(SHARED, "seeds")))("the documents the project began with", () => {
  let files: readonly FileVerdict[] = [];
  beforeAll(async () => {
    files = await judged("seeds");
  });

  it.each([
    ["000", "mismatch"],
    ["001", "absent"],
    ["002", "mismatch"],
    ["003", "verified"],
    ["004", "absent"],
  ])("%s is %s", (number, hash) => {
    expect(files.find((file) => nameOf(file).startsWith(number))?.hash).toBe(hash);
  });
});
