import { tmpdir } from "node:os";
import { describe, expect, it } from "vitest";
import { loopbackServer } from "../../support/hostile-server.ts";
import { onex } from "../support/test-shell.ts";

const run = async (operation: string, payload: object) => {
  const stdin = JSON.stringify({ source_node: "t", operation, payload });
  const { code, stdout, stderr } = await onex(["run", "-", "--local", "--json"], { cwd: tmpdir(), stdin });
  return { code, stderr, result: JSON.parse(stdout || "{}") as Record<string, unknown> };
};

describe("handlers of the engine in this process", () => {
  it("fetch from a server of this machine", async () => {
    const server = await loopbackServer((_, response) =>
      response.writeHead(200, { "content-type": "application/json" }).end('{"a":1}'),
    );
    const { code, result } = await run("http.get", { url: server.url });
    await server.stop();
    expect(JSON.stringify(result)).toContain('"status_code":200');
    expect(code).toBe(0);
  });

  it("ask a database in memory", async () => {
    const { code, result } = await run("db.query", { sql: "select 41 + ? as answer", parameters: [1] });
    expect(JSON.stringify(result)).toContain('"answer":42');
    expect(code).toBe(0);
  });

  it("refuse what is not public", async () => {
    const { code, result } = await run("http.get", { url: "http://10.0.0.1/" });
    expect(JSON.stringify(result)).toContain("REQUEST_REJECTED");
    expect(code).toBe(1);
  });
});
