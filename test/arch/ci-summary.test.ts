import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { type Exit, PROJECT, run } from "./support/planted-tree.ts";

type TestStatus = "passed" | "failed" | "skipped";

const file = (status: "passed" | "failed", ...tests: readonly TestStatus[]) => ({
  status,
  assertionResults: tests.map((test) => ({ status: test })),
});

/** The last line and the exit code for a report; null stands for a runner that wrote none. */
async function summarise(
  files: readonly ReturnType<typeof file>[] | null,
  runnerExit: number,
  times: object = {},
): Promise<Exit> {
  const folder = await mkdtemp(join(tmpdir(), "onex-summary-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const report = join(folder, "tests.json");
  if (files !== null) {
    const passed = files.flatMap((one) => one.assertionResults).filter((test) => test.status === "passed");
    await writeFile(report, JSON.stringify({ numPassedTests: passed.length, testResults: files, ...times }));
  }
  return run("node", [join(PROJECT, ".ci/summary.mjs"), report, String(runnerExit)], folder);
}

describe("the last line of a CI run", () => {
  it("counts what passed and ends well", async () => {
    const exit = await summarise([file("passed", "passed", "passed"), file("passed", "passed", "skipped")], 0);
    expect(exit).toEqual({ code: 0, output: "3 passed, 0 failed\n" });
  });

  it("counts what failed and ends badly", async () => {
    const exit = await summarise([file("failed", "passed", "failed", "failed")], 1);
    expect(exit).toEqual({ code: 1, output: "1 passed, 2 failed\n" });
  });

  it("counts a file that could not be loaded", async () => {
    const exit = await summarise([file("passed", "passed"), file("failed")], 1);
    expect(exit).toEqual({ code: 1, output: "1 passed, 1 failed\n" });
  });

  it("counts a runner that failed although every test passed", async () => {
    const exit = await summarise([file("passed", "passed")], 1);
    expect(exit).toEqual({ code: 1, output: "1 passed, 1 failed\n" });
  });

  it("comes after the ten slowest files, and how long all of them took", async () => {
    const timed = Array.from({ length: 12 }, (_, index) => ({
      ...file("passed", "passed"),
      name: `test/n${index}.test.ts`,
      startTime: 1_000,
      endTime: 2_000 + index * 1_000,
    }));
    const { code, output } = await summarise(timed, 0, { startTime: 500 });
    const slowest = timed.slice(2).toReversed();
    expect(code).toBe(0);
    expect(output.split("\n").map((line) => line.trim())).toEqual([
      "12 files in 12.5 s; the slowest:",
      ...slowest.map(({ name, endTime }) => `${(endTime / 1_000 - 1).toFixed(1)} s  ${name}`),
      "12 passed, 0 failed",
      "",
    ]);
  });

  it("ends badly when no test ran", async () => {
    expect(await summarise([], 0)).toEqual({ code: 1, output: "0 passed, 0 failed\n" });
  });

  it("ends badly when the runner left no report", async () => {
    expect(await summarise(null, 1)).toEqual({ code: 1, output: "0 passed, 1 failed\n" });
  });
});
