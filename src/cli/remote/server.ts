import { type WireClient, createWireClient, OnexError } from "../../client/wire-client.ts";
import { textOfFile } from "../files/read-file.ts";
import { CommandFailure, type Shell, usageFailure } from "../shell.ts";
import { isLocal, projectToken } from "./project-token.ts";
import { DEFAULT_URL, type ServerOptions } from "./server-options.ts";

const NO_SERVER = "`npm start` starts a server here; --url or ONEX_URL names another";

/** The client of the chosen server. The token is sent, and is shown nowhere. */
export function serverClient({ url: given, tokenFile }: ServerOptions, shell: Shell): WireClient {
  const fromEnvironment = shell.env["ONEX_URL"] ?? "";
  const url = given ?? (fromEnvironment === "" ? DEFAULT_URL : fromEnvironment);
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) throw usageFailure(`${url} is no http address`);
  return createWireClient({ baseUrl: url, token: tokenFor(url, tokenFile, shell), name: "onex-command" });
}

/** The token that was chosen; else that of the environment; else, for a server on this machine, that of the project. */
function tokenFor(url: string, file: string | undefined, { cwd, env }: Shell): string {
  const fromEnvironment = env["ONEX_TOKEN"] ?? "";
  const known = file === undefined ? fromEnvironment : textOfFile(file, cwd).trim();
  const token = known === "" && file === undefined && isLocal(url) ? projectToken(cwd) : known;
  if (token !== null && token !== "") return token;
  throw usageFailure("the server wants a token", "set ONEX_TOKEN or give --token-file");
}

/** Does something with a server; its refusals become the command's. */
export async function asking<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    if (!(thrown instanceof OnexError)) throw thrown;
    const { code, message, place, errors, hint } = thrown;
    const one = place === null ? "" : ` (${place})`;
    const advice = hint ?? (code === "CONNECTION_ERROR" ? NO_SERVER : null);
    throw new CommandFailure(errors.length > 0 ? message : message + one, {
      code,
      list: errors.map(({ detail, place: at }) => (at === undefined ? detail : `${at}: ${detail}`)),
      cause: thrown,
      ...(advice === null ? {} : { hint: advice }),
    });
  }
}
