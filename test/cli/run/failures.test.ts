import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fault, RuntimeHostError } from "../../../src/core/errors.ts";
import { pureNode } from "../../support/engines.ts";
import { waitNode } from "../../support/wait-node.ts";
import { testFolder } from "../support/folder.ts";
import { onex } from "../support/test-shell.ts";
import { testServer, type TestServer } from "../support/test-server.ts";

/** How often a text is in another. */
const count = (text: string, part: string): number => text.split(part).length - 1;

describe("why a run failed", () => {
  const THROWS = pureNode("throws", "text.in", "text.out", () => {
    throw new RuntimeHostError(fault("SANDBOX_ERROR", "Error: too bad", { place: "node.js:5" }));
  });
  let server: TestServer;
  const call = async (args: readonly string[], document?: object): Promise<string> => {
    const stdin = document === undefined ? "" : JSON.stringify(document);
    const { stdout } = await onex(args, { cwd: testFolder().path, env: server.env, stdin });
    return stdout;
  };

  beforeAll(async () => {
    server = await testServer([THROWS, waitNode("approval")]);
  });
  afterAll(() => server.close());

  it.each(["result", "page"] as const)("is told once, with the line of the code, by a run's %s", async (kind) => {
    const goal = { want: ["text.out"], given: { "text.in": "x" } };
    const id = (await call(["run", "-", "--detach"], goal)).trim();
    const text = kind === "result" ? await call(["run", "-"], goal) : await call(["runs", "show", id]);
    expect(text).toContain("SANDBOX_ERROR: Error: too bad (node.js:5)\n");
    expect([count(text, "too bad"), count(text, "node.js:5")]).toEqual([1, 1]);
    expect(text).toMatch(/^ {2}throws +\(?throws@1\.0\.0\)? +failed/m);
  });

  it("is told of a step in the log, and not of its run again", async () => {
    const text = await call(["run", "-", "--watch"], { want: ["text.out"], given: { "text.in": "x" } });
    expect(text).toMatch(/failure[^\n]*: SANDBOX_ERROR: Error: too bad\n[^]*run failed\n/);
    expect(count(text, "node.js:5")).toBe(1);
  });

  it.each([
    [["--by", "ann", "--comment", "too expensive"], ", by ann: too expensive"],
    [["--by", "ann"], ", by ann"],
    [["--comment", "too late"], ": too late"],
    [[], ""],
  ])("is told once, with author and comment of a rejection: %j", async (words, told) => {
    const graph = { steps: [{ id: "sign", node: "wait_approval" }] };
    const id = (await call(["run", "-", "--detach"], graph)).trim();
    await call(["runs", "reject", id, "sign", ...words]);
    for (const args of [
      ["runs", "show", id],
      ["runs", "show", id, "--result"],
    ]) {
      const text = await call(args);
      expect(text).toContain(`APPROVAL_REJECTED: the step was not approved (step sign)${told}\n`);
      expect(count(text, "not approved")).toBe(1);
      for (const word of words.filter((one) => !one.startsWith("--"))) expect(count(text, word)).toBe(1);
    }
  });
});
