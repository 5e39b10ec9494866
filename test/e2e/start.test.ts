import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFile, stat } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createWireClient } from "../../src/client/wire-client.ts";
import { PROJECT_ROOT } from "../support/local-worker/project-root.ts";
import { runScript } from "../support/run-script.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

const START = "src/cli/dev.ts";

/** `npm start` on a free port, with its data in a folder. */
interface Started {
  readonly url: string;
  /** What it printed until it was ready. */
  readonly text: string;
  /** Sends what Ctrl-C sends; the exit code. */
  interrupt(): Promise<number | null>;
}

async function start(folder: string, children: Set<ChildProcess>): Promise<Started> {
  const child = spawn(process.execPath, [START, "--port", "0", "--data", folder], {
    cwd: PROJECT_ROOT,
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.add(child);
  const exited = once(child, "exit") as Promise<[number | null]>;
  let text = "";
  const ready = new Promise<string>((resolve, reject) => {
    const hear = (chunk: Buffer): void => {
      text += chunk.toString("utf8");
      const url = /ONEX is ready at (\S+)[\s\S]*openapi\.json/.exec(text)?.[1];
      if (url !== undefined) resolve(url);
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    void exited.then(() => reject(new Error(`it ended before it was ready:\n${text}`)));
  });
  const url = await ready;
  return {
    url,
    text,
    async interrupt() {
      child.kill("SIGINT");
      const [code] = await exited;
      children.delete(child);
      return code;
    },
  };
}

describe("npm start", () => {
  const children = new Set<ChildProcess>();
  let data: Awaited<ReturnType<typeof temporaryFolder>>;

  beforeAll(async () => {
    data = await temporaryFolder();
  });
  afterAll(async () => {
    for (const child of children) child.kill("SIGINT");
    await data.remove();
  });

  it("serves, with migrations applied, built-in nodes registered and a token made on the first start only", async () => {
    const first = await start(data.path, children);
    const [, token = ""] = /^ONEX_TOKEN=(\S+)$/m.exec(await readFile(join(data.path, ".dev.vars"), "utf8")) ?? [];
    expect(token).toMatch(/^[\w-]{32,}$/);
    expect((await stat(join(data.path, ".dev.vars"))).mode & 0o077).toBe(0);
    expect(first.text).toContain(`export ONEX_TOKEN=${token}`);
    expect(first.text).toMatch(/(\d+) built-in nodes registered, \1 of them new/);

    const client = createWireClient({ baseUrl: first.url, token });
    expect(await client.health()).toMatchObject({ healthy: true, environment: "development" });
    const { envelope } = await client.goal(
      { want: ["hash.verdict"], given: { "document.text": "# Hello" } },
      { waitSeconds: 10 },
    );
    expect(envelope).toMatchObject({ success: true, payload: { outputs: { "hash.verdict": { verdict: "absent" } } } });
    expect(await first.interrupt()).toBe(0);
    await expect(fetch(first.url)).rejects.toThrow();

    const second = await start(data.path, children);
    expect(second.text).not.toContain(token);
    expect(second.text).toContain(".dev.vars");
    expect(second.text).toMatch(/built-in nodes registered, 0 of them new/);
    expect(await createWireClient({ baseUrl: second.url, token }).nodes.get("noop")).toMatchObject({ name: "noop" });
    expect(await second.interrupt()).toBe(0);
    await expect(fetch(second.url)).rejects.toThrow();
  });

  it("says so when the port is taken", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const { port } = taken.address() as AddressInfo;
    const { code, stderr } = await runScript(START, ["--port", String(port), "--data", data.path]);
    taken.close();
    expect(code).toBe(1);
    expect(stderr).toContain(`port ${port} on 127.0.0.1 is taken`);
  });

  it("refuses a port that is none", async () => {
    const { code, stderr } = await runScript(START, ["--port", "http"]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: "--port takes a number from 0 to 65535\n" });
  });
});
