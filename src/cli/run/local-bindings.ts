import { lookup } from "node:dns/promises";
import type { HandlerType } from "../../../contracts/documents/handler-operation.ts";
import { CONTRACTS, HOST_NODES } from "../../../contracts/generated/runtime-contracts.ts";
import { DEVELOPMENT, readRuntimeContract } from "../../core/runtime-contract/read.ts";
import { dbHandler } from "../../infra/handlers/db-handler.ts";
import { httpHandler } from "../../infra/handlers/http/http-handler.ts";
import { localHandler } from "../../infra/handlers/local-handler.ts";
import type { Clock } from "../../spi/clock.ts";
import type { EnvelopeHandler, HandlerBinding } from "../../spi/envelope-handler.ts";
import type { SqlDatabase } from "../../spi/sql-database.ts";
import { CommandFailure } from "../shell.ts";
import { sqliteDatabase } from "./sqlite-database.ts";

/**
 * The handlers of an engine in this process: those of the development contract. Its databases are in memory, and gone with
 * the process; what a name resolves to is looked at before it is called.
 */
export function localBindings(clock: Clock): readonly HandlerBinding[] {
  const { file, text } = CONTRACTS[DEVELOPMENT] ?? CONTRACTS[""] ?? { file: "contracts/runtime.yaml", text: "" };
  const read = readRuntimeContract(text, file, { environment: DEVELOPMENT, nodes: HOST_NODES, databases: null });
  if (!read.ok) throw new CommandFailure(`${file} is refused`, { hint: "`onex runtime lint` says why" });
  const databases = new Map<string, SqlDatabase>();
  const database = (name: string): SqlDatabase => {
    const known = databases.get(name) ?? sqliteDatabase();
    databases.set(name, known);
    return known;
  };
  const resolve = async (host: string): Promise<readonly string[]> =>
    (await lookup(host, { all: true })).map(({ address }) => address);
  const handlers: Readonly<Record<HandlerType, () => EnvelopeHandler>> = {
    http: () => httpHandler({ fetch, clock, resolve }),
    db: () => dbHandler({ database }),
    local: localHandler,
  };
  return read.value.handlers.map((bound) => ({ ...bound, handler: handlers[bound.type]() }));
}
