import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadContract } from "../../../src/core/contract/load-contract.ts";
import { cliExecutor } from "../../../src/cli/runner/cli.ts";
import { PythonEnvironments } from "../../../src/cli/runner/python-environments.ts";
import { pythonExecutor } from "../../../src/cli/runner/python.ts";
import { bubblewrap } from "../../../src/cli/runner/sandbox.ts";
import { onexProgram } from "../../../src/cli/program.ts";
import { HTTP_STATUS } from "../../../src/core/errors.ts";
import { PROJECT_ROOT } from "../../support/local-worker/project-root.ts";
import { attempt, itemOf, NO_PYTHON, NO_SANDBOX, outputOf, tellOf } from "./attempts.ts";

const pageOf = (path: string): string => readFileSync(join(PROJECT_ROOT, "docs", path), "utf8");
const block = (page: string, language: string): string =>
  new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``).exec(page)?.[1] ?? "";

function contractIn(path: string) {
  const loaded = loadContract(block(pageOf(path), "yaml"));
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.error));
  expect(loaded.value.warnings).toEqual([]);
  return loaded.value.contract;
}

/** A variable of the environment, or the name of a secret in an example. */
const VARIABLE = /^(?:ONEX_|SECRET_|BILLING_KEY)/;

describe("the pages about nodes of runners", () => {
  it.skipIf(tellOf(NO_PYTHON))("python.md shows a node that keeps its example", async () => {
    const { examples, runner } = contractIn("nodes/python.md");
    const python = pythonExecutor(
      bubblewrap,
      new PythonEnvironments({ python: "/usr/bin/python3", environments: null, uv: null, cache: "" }),
    );
    const item = itemOf({ input: examples.validInput ?? {}, sandbox: runner.sandbox });
    expect(outputOf(await attempt(python, item, block(pageOf("nodes/python.md"), "python")))).toEqual(
      examples.validOutput,
    );
  });

  it.skipIf(tellOf(NO_SANDBOX))("cli.md shows a node that keeps its example", async () => {
    const { examples, runner } = contractIn("nodes/cli.md");
    const item = itemOf({ entrypoint: { type: "cli", target: "tr" }, input: examples.validInput ?? {}, ...runner });
    expect(outputOf(await attempt(cliExecutor(bubblewrap), item))).toEqual(examples.validOutput);
  });

  it("docker.md shows a contract that can be registered", () => {
    expect(contractIn("nodes/docker.md").runner).toMatchObject({
      sandbox: { memory_mb: 128 },
      cli: { stdin: "doc.text" },
    });
  });

  it("name no code that there is not", () => {
    for (const path of ["nodes/python.md", "nodes/cli.md", "nodes/docker.md", "runners.md"])
      for (const [, code = ""] of pageOf(path).matchAll(/`([A-Z]+_[A-Z_]+)`/g))
        expect([path, code, Object.hasOwn(HTTP_STATUS, code) || VARIABLE.test(code)]).toEqual([path, code, true]);
  });

  it("runners.md names every option of the command, and none that is not there", () => {
    const runner = onexProgram({} as never, () => Promise.resolve(), "0.0.0").commands.find(
      (one) => one.name() === "runner",
    );
    const own = runner?.options.flatMap(({ long }) =>
      long && !["--url", "--token-file"].includes(long) ? [long] : [],
    );
    const told = [...pageOf("runners.md").matchAll(/^\| `(--[a-z-]+)/gm)].map(([, option]) => option);
    expect(new Set(told)).toEqual(new Set(own));
    expect(existsSync(join(PROJECT_ROOT, "deploy/runner/Dockerfile"))).toBe(true);
  });
});
