import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { type Client, createClient, OnexError } from "../../client/client.ts";
import { CommandFailure, type Shell, systemReason, usageFailure } from "../shell.ts";
import { DEFAULT_URL, type ServerOptions } from "./server-options.ts";

const NO_SERVER = "`npm start` starts a server here; --url or ONEX_URL names another";

/** The client of the chosen server. The token is sent, and is shown nowhere. */
export function serverClient({ url: given, tokenFile }: ServerOptions, shell: Shell): Client {
  const fromEnvironment = shell.env["ONEX_URL"] ?? "";
  const url = given ?? (fromEnvironment === "" ? DEFAULT_URL : fromEnvironment);
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) throw usageFailure(`${url} is no http address`);
  const token = tokenFile === undefined ? shell.env["ONEX_TOKEN"] : tokenIn(tokenFile, shell.cwd);
  if (token === undefined || token === "") {
    throw usageFailure("the server wants a token", "set ONEX_TOKEN or give --token-file");
  }
  return createClient({ baseUrl: url, token, name: "onex-command" });
}

/** Does something with a server; its refusals become the command's. */
export async function asking<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    if (!(thrown instanceof OnexError)) throw thrown;
    const { code, message, place, errors, hint } = thrown;
    const one = place === null ? "" : ` (${place})`;
    const all = errors.map(({ detail, place: at }) => `\n  ${at === undefined ? "" : `${at}: `}${detail}`).join("");
    const advice = hint ?? (code === "CONNECTION_ERROR" ? NO_SERVER : null);
    throw new CommandFailure(`${code}: ${message}${errors.length > 0 ? all : one}`, {
      cause: thrown,
      ...(advice === null ? {} : { hint: advice }),
    });
  }
}

function tokenIn(file: string, cwd: string): string {
  try {
    return readFileSync(resolve(cwd, file), "utf8").trim();
  } catch (thrown) {
    throw usageFailure(`${file}: ${systemReason(thrown)}`);
  }
}
