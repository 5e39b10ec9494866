import { createWireClient, type WireClient } from "../../src/client/wire-client.ts";
import { gateway, TOKEN } from "../http/gateway.ts";

/** A client of the real routes, over services made by hand; its pauses take no time. */
export function connected(overrides: Parameters<typeof gateway>[0] = {}): {
  readonly client: WireClient;
  readonly clientPauses: readonly number[];
} {
  const { app } = gateway(overrides);
  const clientPauses: number[] = [];
  const client = createWireClient({
    baseUrl: "http://gateway",
    token: TOKEN,
    fetch: async (url, init) => app.request(url, init),
    sleep: (ms) => {
      clientPauses.push(ms);
      return Promise.resolve();
    },
    random: () => 1,
  });
  return { client, clientPauses };
}
