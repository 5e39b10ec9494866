import { describe, expect, it } from "vitest";
import { readAndType, type Served } from "./pages/reader.ts";
import { isShell, readPage } from "../docs/support/page.ts";
import { pages } from "../docs/support/pages.ts";

/** Every page with commands, and what they are typed against; the longest first. */
const TYPED: Readonly<Record<string, Served>> = {
  "docs/runs.md": "worker",
  "docs/cli.md": "worker",
  "README.md": "none", // starts its own
  "docs/operations.md": "start", // has the clock struck
  "docs/triggers.md": "worker",
  "docs/planning.md": "none",
  "docs/deploying.md": "worker",
  "docs/nodes/calls.md": "none",
};

/** Blocks that nobody runs, with the reason their page gives. */
const NOT_RUN: Readonly<Record<string, string>> = {
  "CONTRIBUTING.md, A working day": "these are the tests.",
  "README.md, See it run": "they begin where it ends.",
  "README.md, Work on it": "these are the tests.",
  "docs/cli.md, completion": "it is for another shell.",
  "docs/deploying.md, 2. Create what it stores in": "it needs an account.",
  "docs/deploying.md, 3. Set the token": "it needs an account.",
  "docs/deploying.md, 4. Migrate, then deploy": "it needs an account.",
  "docs/deploying.md, 5. Register the built-in nodes": "the address and the token are yours.",
  "docs/deploying.md, Roll back": "it needs an account.",
  "docs/operations.md, Quarantine": "no command damages a record. `test/http/quarantine.test.ts` has some that are.",
  "docs/performance.md, Performance": "they take minutes.",
  "docs/runners.md, Runners": "it serves until it is ended.",
  "docs/running.md, Benchmarks": "they take minutes.",
  "docs/running.md, Killing it": "it takes minutes. `test/e2e/crash-campaign.test.ts` runs a short campaign.",
  "docs/running.md, On your machine":
    "each serves until Ctrl-C. `test/e2e/start.test.ts` starts it, and the page test types `npm start`.",
  "docs/running.md, Requests nobody would send": "it takes minutes.",
  "docs/runs.md, With another value in between": "they need a run of yours. `test/cli/runs/rerun.test.ts` has one.",
  "docs/your-own-project.md, Your own project": "`test/e2e/own-project.test.ts` does that, with a package of its own.",
  "docs/running.md, The demo": "`test/e2e/demo.test.ts` does that.",
};

const blocks = pages().flatMap((page) => readPage(page).map((block) => ({ page, block })));

it("every page with commands is typed", () => {
  const withCommands = blocks.filter(({ block }) => isShell(block) && block.notRun === null).map(({ page }) => page);
  expect([...new Set(withCommands)].sort()).toEqual(Object.keys(TYPED).sort());
});

it("what is not typed is named here, and its page says why", () => {
  const skipped = blocks.flatMap(({ block }) => (isShell(block) && block.notRun !== null ? [block] : []));
  expect(Object.fromEntries(skipped.map(({ name, notRun }) => [name, notRun]))).toEqual(NOT_RUN);
});

/** A page is some fifty commands, each a process; on a busy machine a process takes seconds to start. */
const TIMEOUT_MS = 600_000;

describe("a page tells what is printed when it is typed", () => {
  it.concurrent.each(Object.entries(TYPED))("%s", { timeout: TIMEOUT_MS }, async (page, served) => {
    expect(await readAndType(page, served)).toEqual([]);
  });
});
