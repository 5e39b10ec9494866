import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { temporaryFolder } from "../../e2e/support/temporary-folder.ts";

const KEEPER = fileURLToPath(new URL("../../../src/cli/dev/keeper.ts", import.meta.url));

/** Says that it is there, then stays for ever; deaf to signals when told so. */
const COMMAND = `
if (process.argv[2] === "deaf") process.on("SIGINT", () => undefined);
if (process.argv[2] === "brief") process.exitCode = 7;
else setInterval(() => undefined, 1_000);
console.log("here " + process.pid);
`;

/** Starts a keeper the way \`npm start\` does, and stays. */
const STARTER = `
import { spawn } from "node:child_process";
const [keeper, command, how] = process.argv.slice(2);
spawn(process.execPath, ["--no-warnings", keeper, command, how], { stdio: ["pipe", "inherit", "inherit"], detached: true });
`;

const isThere = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe("the keeper of a command", () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  beforeEach(async () => {
    folder = await temporaryFolder();
    writeFileSync(join(folder.path, "command.mjs"), COMMAND);
    writeFileSync(join(folder.path, "starter.mjs"), STARTER);
  });
  afterEach(() => folder.remove());

  it.each(["obedient", "deaf"])("ends the %s command when its starter is killed without a word", async (how) => {
    const starter = spawn(
      process.execPath,
      [join(folder.path, "starter.mjs"), KEEPER, join(folder.path, "command.mjs"), how],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    const [chunk] = (await once(starter.stdout, "data")) as [Buffer];
    const pid = Number(/here (\d+)/.exec(chunk.toString("utf8"))?.[1]);
    expect(isThere(pid)).toBe(true);
    const silence = once(starter.stdout, "close");
    starter.kill("SIGKILL");
    // The pipe closes when the last one that could write to it is gone: the starter, the keeper and the command.
    expect(await silence).toEqual([false]);
  });

  it("passes signals on, and the exit code back", async () => {
    const keeper = (how: string) =>
      spawn(process.execPath, ["--no-warnings", KEEPER, join(folder.path, "command.mjs"), how], {
        stdio: ["pipe", "pipe", "inherit"],
      });
    const brief = keeper("brief");
    expect((await once(brief, "exit"))[0]).toBe(7);
    const long = keeper("obedient");
    const [chunk] = (await once(long.stdout, "data")) as [Buffer];
    long.kill("SIGINT");
    await once(long, "exit");
    expect(isThere(Number(/here (\d+)/.exec(chunk.toString("utf8"))?.[1]))).toBe(false);
  });
});
