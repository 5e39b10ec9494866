import { once } from "node:events";
import { createServer } from "node:net";

/** The only address the local server listens on. */
export const HOST = "127.0.0.1";

/** The port itself when nobody listens there, a free one for 0, and null when it is taken. */
export async function freePort(port: number): Promise<number | null> {
  const server = createServer().listen({ host: HOST, port, exclusive: true });
  try {
    await once(server, "listening");
  } catch {
    return null;
  }
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : null;
}
