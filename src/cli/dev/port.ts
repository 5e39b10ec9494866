import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";

/** The only address the local server listens on. */
export const HOST = "127.0.0.1";

/**
 * Below all ports that systems give to whoever asks for any: it takes seconds until the server listens, and meanwhile
 * another program may ask.
 */
const RARELY_TAKEN = { from: 10_000, to: 32_000 } as const;
const TRIES = 100;

/** The port itself when nobody listens there, a free one for 0, and null when it is taken. */
export async function freePort(port: number): Promise<number | null> {
  if (port !== 0) return whenFree(port);
  for (let tries = 0; tries < TRIES; tries += 1) {
    const found = await whenFree(randomInt(RARELY_TAKEN.from, RARELY_TAKEN.to));
    if (found !== null) return found;
  }
  return whenFree(0);
}

async function whenFree(port: number): Promise<number | null> {
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
