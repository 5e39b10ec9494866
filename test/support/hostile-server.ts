import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTcp, type Server as TcpServer } from "node:net";

/** A server on loopback for one test file; its URL, what it was asked, and how to end it. */
export interface LoopbackServer {
  readonly url: string;
  readonly asked: {
    readonly method: string;
    readonly path: string;
    readonly headers: Record<string, string>;
    readonly body: string;
  }[];
  stop(): Promise<void>;
}

const listening = (server: Server | TcpServer): Promise<string> =>
  new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(`http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`);
    });
  });

/** Answers every request as `answer` says, after it has read it. */
export async function loopbackServer(
  answer: (request: IncomingMessage, response: ServerResponse, body: string) => void,
): Promise<LoopbackServer> {
  const asked: LoopbackServer["asked"] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8");
    request.on("data", (chunk: string) => (body += chunk));
    request.on("end", () => {
      const { method = "", url: path = "", headers } = request;
      asked.push({ method, path, headers: headers as Record<string, string>, body });
      answer(request, response, body);
    });
  });
  const url = await listening(server);
  return {
    url,
    asked,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** Sends these bytes to whoever connects and closes the connection, whatever was asked. */
export async function rawServer(bytes: string): Promise<Pick<LoopbackServer, "url" | "stop">> {
  const server = createTcp((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", () => socket.end(bytes));
  });
  const url = await listening(server);
  return { url, stop: () => new Promise((resolve) => server.close(() => resolve())) };
}
