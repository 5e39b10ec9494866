import { describe, expect, it } from "vitest";
import { PROJECT_ROOT } from "../support/local-worker/project-root.ts";
import { testFolder } from "./support/folder.ts";
import { onex } from "./support/test-shell.ts";

const contract = (handler: string): string =>
  `runtime:\n  name: h\n  version: "1.0.0"\n  event_bus: {kind: queues}\n  handlers:\n    - ${handler}\n  nodes: []\n`;

describe("onex runtime lint", () => {
  it("finds nothing wrong with the contracts of this repository", async () => {
    const { code, stdout } = await onex(["runtime", "lint"], { cwd: PROJECT_ROOT });
    expect(stdout.split("\n")).toEqual([
      "contracts/runtime.development.yaml: would start in development",
      "contracts/runtime.yaml: would start in production",
      "",
    ]);
    expect(code).toBe(0);
  });

  it("says what is wrong, where, and what to do, and ends with 1", async () => {
    const folder = testFolder({ "contracts/runtime.yaml": contract("type: local") });
    const { code, stdout, stderr } = await onex(["runtime", "lint", "--environment", "production"], {
      cwd: folder.path,
    });
    expect(stdout).toBe(
      "contracts/runtime.yaml:6: runtime.handlers[0].type: the local handler is for development alone, and this is production\n" +
        "    whoever reaches it can make it fail and repeat as they like; " +
        "remove it, or move it to the contract for development\n",
    );
    expect(stderr).toContain("1 problem");
    expect(code).toBe(1);
  });

  it("reads a file for the environment of its name, or the one that is named", async () => {
    const folder = testFolder({
      "runtime.development.yaml": contract("type: local"),
      "own.yaml": contract("type: local"),
    });
    const lint = async (...args: string[]) => (await onex(["runtime", "lint", ...args], { cwd: folder.path })).code;
    expect(await lint("runtime.development.yaml")).toBe(0);
    expect(await lint("runtime.development.yaml", "--environment", "staging")).toBe(1);
    expect(await lint("own.yaml")).toBe(1);
    expect(await lint("own.yaml", "--environment", "development")).toBe(0);
    expect(await lint("missing.yaml")).toBe(2);
    expect(await lint()).toBe(1);
  });

  it("prints one document with --json", async () => {
    const folder = testFolder({ "a.yaml": contract("type: htp") });
    const { code, stdout } = await onex(["runtime", "lint", "a.yaml", "--json"], { cwd: folder.path });
    expect(JSON.parse(stdout)).toEqual({
      files: [{ file: "a.yaml", environment: "production" }],
      problems: [
        {
          file: "a.yaml",
          line: 6,
          place: "$.runtime.handlers[0].type",
          error: "runtime.handlers[0].type: there is no handler 'htp'",
          hint: "did you mean 'http'?",
          action: "correct the type, or remove the handler",
        },
      ],
    });
    expect(code).toBe(1);
  });
});
