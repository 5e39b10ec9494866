import { eventFeed, type EventFeedOptions, type FeedItem } from "./event-feed.ts";

/** Close codes of RFC 6455: everything is told; ask again; something broke. */
const CLOSED = { done: 1000, again: 1001, broken: 1011 } as const;

/** The runtime's end of a socket. Spelled out because Node, where the command line's tests load this, has no such types. */
interface ServerSocket extends WebSocket {
  accept(): void;
}
type SocketPair = new () => { readonly 0: WebSocket; readonly 1: ServerSocket };

declare const WebSocketPair: SocketPair;

/** An answer that hands its socket over. */
const handOver = (socket: WebSocket): ResponseInit => {
  const init: ResponseInit & { readonly webSocket: unknown } = { status: 101, webSocket: socket };
  return init;
};

/**
 * A run's signals over a WebSocket: the messages of the event stream as JSON, `{id, event, data}` for a signal,
 * `{event: "end", data}`, `{event: "error", data}` with a problem document, and `{event: "heartbeat"}` while nothing
 * happens. Closed with 1000 after the end, 1011 after an error, and 1001 where the reader may connect again with the last
 * number it saw. What the reader sends is not listened to.
 */
export function eventSocket(options: EventFeedOptions): Response {
  const { 0: theirs, 1: ours } = new WebSocketPair();
  let listening = true;
  const leave = (): void => {
    listening = false;
  };
  ours.addEventListener("close", leave);
  ours.addEventListener("error", leave);
  ours.accept();
  void tell(ours, options, () => listening);
  return new Response(null, handOver(theirs));
}

async function tell(socket: WebSocket, options: EventFeedOptions, listening: () => boolean): Promise<void> {
  let code: number = CLOSED.again;
  for await (const item of eventFeed(options, listening)) {
    if (!listening()) return;
    socket.send(messageOf(item));
    if (item.kind === "end") code = CLOSED.done;
    if (item.kind === "error") code = CLOSED.broken;
  }
  if (listening()) socket.close(code, code === CLOSED.again ? "connect again with the last number" : "");
}

function messageOf(item: FeedItem): string {
  switch (item.kind) {
    case "signal":
      return JSON.stringify({ id: item.data.seq, event: item.data.type, data: item.data });
    case "heartbeat":
      return JSON.stringify({ event: item.kind });
    case "end":
    case "error":
      return JSON.stringify({ event: item.kind, data: item.data });
  }
}
