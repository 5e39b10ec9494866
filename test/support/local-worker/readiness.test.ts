import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { isPassing, persistently, untilAnswered } from "./readiness.ts";

const failed = (code: string): Error =>
  new TypeError("fetch failed", { cause: Object.assign(new Error(code), { code }) });
const hasty = (tries: number) => {
  let pauses = 0;
  return { tries, pause: () => Promise.resolve(void pauses++), pauses: () => pauses };
};

describe("a start of the local Worker", () => {
  it.each(["ECONNREFUSED", "ECONNRESET", "UND_ERR_SOCKET"])("survives %s", async (code) => {
    let calls = 0;
    const patience = hasty(5);
    const work = () => (++calls < 3 ? Promise.reject(failed(code)) : Promise.resolve("ready"));
    expect([await persistently(work, patience), calls, patience.pauses()]).toEqual(["ready", 3, 2]);
  });

  it("believes a refusal that lasts, and any other failure at once", async () => {
    let calls = 0;
    const refused = (): Promise<never> => {
      calls++;
      return Promise.reject(failed("ECONNREFUSED"));
    };
    await expect(persistently(refused, hasty(4))).rejects.toThrow("fetch failed");
    expect(calls).toBe(4);
    const broken = (): Promise<never> => {
      calls++;
      return Promise.reject(new Error("no such table"));
    };
    await expect(persistently(broken, hasty(4))).rejects.toThrow("no such table");
    expect(calls).toBe(5);
    expect(isPassing(new AggregateError([failed("ECONNREFUSED")]))).toBe(true);
    expect(isPassing("ECONNREFUSED")).toBe(false);
  });

  it("waits for a server that resets its first connections", async () => {
    let connections = 0;
    const server = createServer((_, response) => void response.writeHead(503).end());
    server.on("connection", (socket) => {
      if (++connections <= 2) socket.resetAndDestroy();
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    await untilAnswered(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, hasty(20));
    expect(connections).toBeGreaterThan(2);
  });
});
