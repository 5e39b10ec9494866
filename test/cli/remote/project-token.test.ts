import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { isLocal } from "../../../src/cli/remote/project-token.ts";
import { testFolder, type TestFolder } from "../support/folder.ts";
import { onex } from "../support/onex.ts";

/** A server that notes what it is told as authorization, and refuses everybody. */
async function listener(): Promise<{ readonly url: string; readonly heard: (string | undefined)[] }> {
  const heard: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    heard.push(request.headers.authorization);
    response.writeHead(401).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, heard };
}

const PROJECT = { "wrangler.toml": "", ".dev.vars": "OTHER=1\nONEX_TOKEN=of-the-project\n", "deep/er/x": "" };

describe("the token of a command without ONEX_TOKEN", () => {
  const ask = async (folder: TestFolder, at = ".", env: Readonly<Record<string, string>> = {}) => {
    const { url, heard } = await listener();
    const outcome = await onex(["runs", "list"], { cwd: folder.at(at), env: { ONEX_URL: url, ...env } });
    expect(outcome.stdout + outcome.stderr).not.toContain("of-the-project");
    return { heard: heard[0], stderr: outcome.stderr };
  };

  it.each([".", "deep", "deep/er"])("is the project's, from %s in it", async (at) => {
    expect((await ask(testFolder(PROJECT), at)).heard).toBe("Bearer of-the-project");
  });

  it("gives way to ONEX_TOKEN and to --token-file", async () => {
    const folder = testFolder({ ...PROJECT, token: "of-a-file\n", empty: "\n" });
    expect((await ask(folder, ".", { ONEX_TOKEN: "mine" })).heard).toBe("Bearer mine");
    const { url, heard } = await listener();
    const call = (file: string) => onex(["runs", "list", "--url", url, "--token-file", file], { cwd: folder.path });
    await call("token");
    expect(heard).toEqual(["Bearer of-a-file"]);
    expect(await call("empty")).toMatchObject({ code: 2, stderr: expect.stringContaining("wants a token") });
  });

  it("is not looked for outside of the project", async () => {
    const folder = testFolder({ ".dev.vars": "ONEX_TOKEN=x\n", "project/wrangler.toml": "", "plain/x": "" });
    for (const at of ["project", "plain"])
      expect(await ask(folder, at)).toEqual({ heard: undefined, stderr: expect.stringContaining("wants a token") });
  });

  it("is sent to no other machine", async () => {
    const folder = testFolder(PROJECT);
    const outcome = await onex(["runs", "list", "--url", "https://onex.example.com"], { cwd: folder.path });
    expect(outcome).toMatchObject({ code: 2, stderr: expect.stringContaining("wants a token") });
  });

  it.each([
    ["http://127.0.0.1:8787", true],
    ["http://localhost", true],
    ["http://[::1]:80", true],
    ["http://127.0.0.1.example.com", false],
    ["http://localhost.example.com", false],
    ["http://user:127.0.0.1@example.com", false],
    ["https://example.com/127.0.0.1", false],
    ["http://10.0.0.1", false],
  ])("%s is on this machine: %s", (url, local) => {
    expect(isLocal(url)).toBe(local);
  });
});
