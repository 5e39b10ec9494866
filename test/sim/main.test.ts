import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { tokenGivenAgain } from "./bugs/token-given-again.ts";
import { firstCatch } from "./explore.ts";

const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));

function sim(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], { encoding: "utf8" });
  return { status, stderr, lines: stdout.trimEnd().split("\n") };
}

describe("npm run sim", () => {
  it("ends with one line that counts, and with 0 when every invariant held", () => {
    const { status, lines } = sim("--seeds", "5", "--seed", "3");
    expect(lines.at(-1)).toMatch(/^seeds 5, runs \d+, steps \d+, faults injected \d+, violations 0$/);
    expect(status).toBe(0);
  });

  it("prints a failing trace and ends with 1 when one did not", async () => {
    const seed = await firstCatch(tokenGivenAgain, 10);
    const { status, lines } = sim("--seed", String(seed), "--seeds", "1", "--bug", tokenGivenAgain.name);
    expect(lines.at(-1)).toMatch(/violations 1$/);
    expect(lines.join("\n")).toMatch(/seed \d+ breaks\n {2}epochs only grow[^]*step by step/);
    expect(status).toBe(1);
  });

  it.each([
    ["a number that is none", ["--seeds", "many"], "--seeds takes a whole number"],
    ["no seeds at all", ["--seeds", "0"], "--seeds takes a whole number"],
    ["an unknown option", ["--sed", "1"], "--sed"],
    ["an unknown bug", ["--bug", "gremlins"], 'there is no bug "gremlins"'],
  ])("refuses %s with 2", (_, args, why) => {
    const { status, stderr } = sim(...args);
    expect(stderr).toContain(why);
    expect(stderr).toContain("usage:");
    expect(status).toBe(2);
  });
});
