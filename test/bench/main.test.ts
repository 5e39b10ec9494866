import { describe, expect, it } from "vitest";
import { runScript } from "../support/run-script.ts";

const bench = (...args: readonly string[]) => runScript("test/bench/main.ts", args);

describe("npm run bench", () => {
  it.each([
    ["no name", [], "name a benchmark"],
    ["an unknown name", ["nonsense"], "there is no benchmark 'nonsense'"],
    ["two names", ["loop", "plan"], "one benchmark at a time"],
    ["rounds that are no number", ["loop", "--rounds", "many"], "--rounds takes a whole number from 1"],
    ["an unknown option", ["loop", "--fast"], "Unknown option '--fast'"],
  ])("refuses %s and lists what there is", async (_, args, reason) => {
    const { code, stdout, stderr } = await bench(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(reason);
    expect(stderr).toMatch(/^available: .*\bloop\b.*, all$/m);
  });
});
