import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { freePort } from "../../../src/cli/dev/port.ts";

describe("a port to serve on", () => {
  it("is a free one for 0, and free again afterwards", async () => {
    const port = await freePort(0);
    expect(port).toBeGreaterThan(0);
    expect(await freePort(port!)).toBe(port);
  });

  it("is none when somebody listens there", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    expect(await freePort((server.address() as AddressInfo).port)).toBeNull();
    server.close();
  });
});
