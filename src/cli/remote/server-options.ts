import type { Command } from "commander";

/** Where `npm start` listens. */
export const DEFAULT_URL = "http://127.0.0.1:8787";

/** Which server a command talks to. */
export interface ServerOptions {
  readonly url?: string;
  readonly tokenFile?: string;
}

/** Gives a command the options that choose its server. */
export const withServer = (command: Command): Command =>
  command
    .option("--url <url>", `the server; default ONEX_URL, then ${DEFAULT_URL}`)
    .option("--token-file <file>", "file with the token; default ONEX_TOKEN, then .dev.vars for a local server");
