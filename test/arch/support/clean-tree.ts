/** A file in every room that uses what its room may use: every gate must let all of it pass. */
export const CLEAN_TREE: Readonly<Record<string, string>> = {
  "contracts/json.ts": `
import { z } from "zod";
export const semver = z.string();
export type Json = string | number | null;
`,
  "contracts/generate.ts": `
import { writeFile } from "node:fs/promises";
import { semver } from "./json.ts";
console.log(semver.description);
await writeFile("out.json", "{}");
`,
  "src/core/instant.ts": `
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { Json } from "../../contracts/json.ts";
export const iso = (now: number): string => new Date(now).toISOString();
export const parse = (text: string): number => Date.parse(text);
export const isDate = (value: unknown): boolean => value instanceof Date;
export const larger = (a: number, b: number): number => Math.max(a, b);
export const hash = (value: Json): string => bytesToHex(sha256(utf8ToBytes(JSON.stringify(value))));
/** A local name may be the same as a forbidden global's. */
export const fetchAll = (fetch: (id: string) => Json, process: readonly string[]): Json[] => process.map((id) => fetch(id));
`,
  "src/spi/clock.ts": `
import type { Json } from "../../contracts/json.ts";
import type { iso } from "../core/instant.ts";
export interface Clock { now(): number }
export type Format = (instant: ReturnType<typeof iso>) => Json;
`,
  "src/infra/memory/clock.ts": `
import type { Clock } from "../../spi/clock.ts";
export const systemClock: Clock = { now: () => Date.now() };
`,
  "src/infra/system/clock.ts": `
import type { Clock } from "../../spi/clock.ts";
export const systemClock: Clock = { now: () => Date.now() };
`,
  "src/embedded/pause.ts": `
import { wait } from "../app/wait.ts";
import { systemClock } from "../infra/memory/clock.ts";
export const pause = (): string => wait(systemClock).at;
`,
  "src/app/wait.ts": `
import type { Clock } from "../spi/clock.ts";
/** A signal is no source of time or chance, and nor is a date somebody hands in. */
export const wait = (clock: Clock): { readonly at: string; readonly signal: AbortSignal } => ({
  at: new Date(clock.now()).toISOString(),
  signal: new AbortController().signal,
});
`,
  "src/infra/sandbox/engine.wasm": "\0asm not source at all: \\9",
  "src/infra/sandbox/engine.ts": `
import engine from "./engine.wasm";
export const compiled: unknown = engine;
`,
  "src/nodes/echo/node.ts": `
import { larger } from "../../core/instant.ts";
import type { Clock } from "../../spi/clock.ts";
export const echo = (clock: Clock): number => larger(1, clock.now());
`,
  "src/client/client.ts": `
import type { Json } from "../../contracts/json.ts";
export const ask = async (url: string): Promise<Json> => (await (await fetch(url)).json()) as Json;
`,
  "src/cli/files/read-file.ts": `
import { readFile } from "node:fs/promises";
export const textOf = (path: string): Promise<string> => readFile(path, "utf8");
`,
  "src/cli/process-shell.ts": `
export const print = (text: string): boolean => process.stdout.write(text);
`,
  "src/cli/main.ts": `
import { existsSync } from "node:fs";
import { Command } from "commander";
import { ask } from "../client/client.ts";
import { larger } from "../core/instant.ts";
import { wait } from "../app/wait.ts";
import { systemClock } from "../infra/memory/clock.ts";
import { pause } from "../embedded/pause.ts";
import { echo } from "../nodes/echo/node.ts";
import { textOf } from "./files/read-file.ts";
import { print } from "./process-shell.ts";
new Command().parse();
wait(systemClock);
print(String([pause(), existsSync("x"), await textOf("x"), await ask("x"), larger(1, echo(systemClock))]));
`,
  "workers/env.ts": `
import { env } from "cloudflare:workers";
import { systemClock } from "../src/infra/memory/clock.ts";
export const wire = () => ({ clock: systemClock, save: (sql: string) => env.DB.exec(sql) });
`,
  "workers/http/health.ts": `
import { Hono } from "hono";
import type { Clock } from "../../src/spi/clock.ts";
export const healthRoutes = (clock: Clock) => new Hono().get("/", (c) => c.json({ now: clock.now() }));
`,
  "workers/index.ts": `
import { healthRoutes } from "./http/health.ts";
import { wire } from "./env.ts";
const { clock } = wire();
export default { fetch: healthRoutes(clock).fetch };
`,
  "test/core/instant.test.ts": `
import { expect, it } from "vitest";
import { iso } from "../../src/core/instant.ts";
it("writes an instant", () => { expect(iso(0)).toBe("1970-01-01T00:00:00.000Z"); });
`,
};
