import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { JsonObject } from "../../../contracts/json/json.ts";
import { sandboxWire } from "../../../contracts/documents/runner-blocks.ts";
import { dockerExecutor, findEngine } from "../../../src/cli/runner/docker.ts";
import { attempt, cliOf, codeOf, itemOf, messageOf, outputOf, tellOf, type Tried } from "./attempts.ts";

const BUSYBOX = ["/bin/busybox", "/usr/bin/busybox"].find((path) => existsSync(path));
const has = (program: string): boolean => spawnSync(program, ["--version"], { stdio: "ignore" }).status === 0;
const missing =
  BUSYBOX === undefined || !has("podman") || !has("runc") ? "there is no podman, runc or busybox-static here" : null;

/** A podman of the test's own, in a folder of its own. */
function ownEngine(folder: string): readonly string[] {
  const at = ["--root", join(folder, "root"), "--runroot", join(folder, "run")];
  return ["podman", "--storage-driver", "vfs", ...at, "--cgroup-manager=cgroupfs", "--runtime", "runc"];
}

describe.skipIf(tellOf(missing))("a container", () => {
  let folder: string;
  let engine: readonly string[];
  let image: string;
  const call = (...args: string[]): string => {
    const [program = "", ...words] = engine;
    return spawnSync(program, [...words, ...args], { encoding: "utf8" }).stdout.trim();
  };
  const run = (
    cli: object | undefined,
    input: JsonObject,
    changes: Parameters<typeof itemOf>[0] = {},
  ): Promise<Tried> =>
    attempt(
      dockerExecutor(engine),
      itemOf({
        entrypoint: { type: "docker", target: image },
        input,
        sandbox: sandboxWire.parse({ memory_mb: 64, files_mb: 4, processes: 16 }),
        ...(cli === undefined ? {} : { cli: cliOf(cli) }),
        ...changes,
      }),
    );

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "onex-podman-"));
    engine = ownEngine(folder);
    const files = join(folder, "files");
    mkdirSync(join(files, "bin"), { recursive: true });
    copyFileSync(BUSYBOX ?? "", join(files, "bin/busybox"));
    for (const name of ["sh", "cat", "tr", "sleep", "touch", "env", "ls", "id", "yes"])
      symlinkSync("busybox", join(files, "bin", name));
    spawnSync("tar", ["-C", files, "-cf", join(folder, "image.tar"), "."]);
    call("import", "--change", "CMD=cat", join(folder, "image.tar"), "onex-test:1");
    const digest = call("images", "--digests", "--no-trunc", "--format", "{{.Digest}}");
    image = `localhost/onex-test@${digest}`;
  }, 120_000);
  afterAll(() => {
    call("rm", "--all", "--force");
    call("rmi", "--all", "--force");
    rmSync(folder, { recursive: true, force: true });
  }, 120_000);

  it("is called by its own command, with JSON in and out", async () => {
    expect(outputOf(await run(undefined, { "a.b": ["x"] }))).toEqual({ "a.b": ["x"] });
  }, 120_000);

  it("is called as the contract says", async () => {
    const cli = { command: ["tr", "a-z", "A-Z"], stdin: "doc.text", stdout: { text: "doc.loud" } };
    expect(outputOf(await run(cli, { "doc.text": "hello" }))).toEqual({ "doc.loud": "HELLO" });
  }, 120_000);

  it("has no network, no rights, no environment of the runner's, and writes to /tmp alone", async () => {
    const script = "id -u; ls /sys/class/net; touch /x 2>&1; touch /tmp/x && echo wrote; env";
    process.env["ONEX_TEST_SECRET"] = "hidden-from-nodes";
    const tried = await run({ command: ["sh", "-c", script], stdin: null, stdout: { text: "out" } }, {});
    delete process.env["ONEX_TEST_SECRET"];
    const out = String(outputOf(tried)["out"]);
    expect(out).toMatch(/^65534\nlo\n.*Read-only file system\nwrote\n/);
    expect(out).not.toContain("hidden-from-nodes");
  }, 120_000);

  it("is ended in its time, and nothing of it stays", async () => {
    const tried = await run(
      { command: ["sleep", "1000"], stdin: null, stdout: { text: "out" } },
      {},
      { timeout_ms: 3_000 },
    );
    expect(codeOf(tried)).toBe("TIMEOUT_ERROR");
    await expect.poll(() => call("ps", "--all", "--quiet"), { timeout: 30_000 }).toBe("");
  }, 120_000);

  it("of an image that is not there is a failure with the engine's words", async () => {
    const target = `localhost/onex-test@sha256:${"0".repeat(64)}`;
    const tried = await run(undefined, {}, { entrypoint: { type: "docker", target } });
    expect([codeOf(tried), messageOf(tried)]).toEqual([
      "INVALID_CONFIGURATION",
      expect.stringContaining("the container could not be run (exit code 125)"),
    ]);
  }, 120_000);
});

it("an engine that does not answer is none", () => {
  expect(findEngine(["false"])).toBeNull();
  expect(findEngine(["/nonexistent/docker"])).toBeNull();
  expect(findEngine(["true"])).toEqual(["true"]);
});
