import { createClient, type Client } from "../../src/client/client.ts";
import { gateway, TOKEN } from "../http/gateway.ts";

/** A client of the real routes, over services made by hand; its pauses take no time. */
export function connected(overrides: Parameters<typeof gateway>[0] = {}): {
  readonly client: Client;
  readonly clientPauses: readonly number[];
} {
  const { app } = gateway(overrides);
  const clientPauses: number[] = [];
  const client = createClient({
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
