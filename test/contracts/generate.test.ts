import { spawnSync } from "node:child_process";
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

describe("the generator", () => {
  let copy = "";
  const generate = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(copy, "contracts/generate.ts"), ...args], {
      encoding: "utf8",
    });
    return { status, stdout, stderr };
  };
  const stale = (stderr: string) => [...stderr.matchAll(/^stale: (.*)$/gm)].map(([, path]) => path);

  beforeAll(() => {
    copy = mkdtempSync(join(tmpdir(), "onex-generate-"));
    for (const path of ["contracts", "src/core", "src/nodes", "src/spi", "src/infra/sandbox", "package.json"]) {
      cpSync(join(ROOT, path), join(copy, path), { recursive: true });
    }
    symlinkSync(join(ROOT, "node_modules"), join(copy, "node_modules"));
    generate();
  });
  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  it("has nothing to do after it ran", () => {
    expect(generate("--check")).toMatchObject({ status: 0, stderr: "" });
  });

  it.each([
    ["a template", "contracts/templates/README.md.tmpl", ["contracts/generated/templates.ts"]],
    ["a contract of a node", "src/nodes/noop/contract.yaml", ["src/nodes/noop/node.onex.yaml"]],
    ["a schema by hand", "contracts/schemas/goal.schema.json", ["contracts/schemas/goal.schema.json"]],
    ["a stamp by hand", "src/nodes/noop/node.onex.yaml", ["src/nodes/noop/node.onex.yaml"]],
  ])("finds what editing %s made stale, and changes nothing while checking", (_, edited, expected) => {
    const path = join(copy, edited);
    const before = readFileSync(path);
    appendFileSync(path, "# edited\n");
    const { status, stderr } = generate("--check");
    expect({ status, stale: stale(stderr) }).toEqual({ status: 1, stale: expected });
    writeFileSync(path, before);
  });

  it("mends everything at once", () => {
    for (const edited of ["contracts/templates/README.md.tmpl", "src/nodes/noop/contract.yaml"]) {
      appendFileSync(join(copy, edited), "# edited\n");
    }
    expect(generate().stdout.trim().split("\n")).toHaveLength(2);
    expect(generate("--check").status).toBe(0);
  });
});
