import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { createApp } from "../../../workers/http/app.ts";
import { silentLog } from "../../../src/infra/memory/silent-log.ts";
import { seededIds } from "../../../src/infra/memory/ids.ts";
import { testEngine, type TestEngine, type TestNode } from "../../support/engines.ts";

const TOKEN = "a-token-of-the-tests-0123456789abcdef";

/** The gateway's real routes over a memory engine, listening on this machine. */
export interface TestServer {
  readonly world: TestEngine;
  /** What a shell needs to talk to it. */
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** Starts a server. Before and after every request its engine does whatever it can without waiting longer than an hour. */
export async function testServer(
  nodes: readonly TestNode[],
  ports?: Parameters<typeof testEngine>[1],
): Promise<TestServer> {
  const world = await testEngine(nodes, ports);
  const app = createApp({
    services: () => world.engine.services,
    token: () => TOKEN,
    log: silentLog,
    ids: seededIds(7, world.clock),
    clock: world.clock,
    environment: "test",
    version: "1.2.3",
    sleep: () => world.settle(),
  });
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await buffer(request);
    await world.settle();
    const answer = await app.request(request.url ?? "/", {
      method: request.method ?? "GET",
      headers: request.headers as Record<string, string>,
      ...(body.length === 0 ? {} : { body }),
    });
    await world.settle();
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    // Piece by piece, as a stream of events comes; a reader that leaves ends it.
    if (answer.body === null) response.end();
    else await pipeline(Readable.fromWeb(answer.body), response);
  };
  const server = createServer((request, response) => void handle(request, response).catch(() => response.destroy()));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    world,
    env: { ONEX_URL: `http://127.0.0.1:${port}`, ONEX_TOKEN: TOKEN },
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}
