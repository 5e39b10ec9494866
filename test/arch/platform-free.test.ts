import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { CLEAN_TREE } from "./support/clean-tree.ts";
import { type Exit, plantTree, type PlantedTree, run } from "./support/planted-tree.ts";

/** Planted file → what of a platform it uses → its text. Each compiles somewhere; none may compile here. */
const PLANTED: readonly (readonly [path: string, uses: string, text: string])[] = [
  ["src/core/network.ts", "fetch", `export const x = () => fetch("https://example.com");`],
  ["src/core/timer.ts", "setTimeout", `export const x = (): void => { setTimeout(() => {}, 1); };`],
  ["src/core/log.ts", "console", `export const x = (): void => { console.log("x"); };`],
  ["src/core/random.ts", "crypto", `export const x = () => crypto.randomUUID();`],
  ["src/core/bytes.ts", "TextEncoder", `export const x = new TextEncoder();`],
  ["src/core/environment.ts", "process", `export const x = process.env;`],
  ["src/core/buffer.ts", "Buffer", `export const x = Buffer.from("x");`],
  ["src/core/page.ts", "document", `export const x = document.title;`],
  ["src/core/file.ts", "node:fs", `export { readFile } from "node:fs";`],
  ["src/core/object.ts", "DurableObject", `export const x = (state: DurableObjectState): void => { void state; };`],
  ["src/core/database.ts", "D1Database", `export type X = D1Database;`],
  ["src/core/binding.ts", "cloudflare:workers", `export { env } from "cloudflare:workers";`],
  ["src/spi/request.ts", "Request", `export type X = Request;`],
  ["src/spi/stream.ts", "ReadableStream", `export interface X { readonly body: ReadableStream }`],
  ["contracts/clock.ts", "performance", `export const x = performance.now();`],
];

describe("tsconfig.core.json", () => {
  let tree: PlantedTree;
  let exit: Exit;

  beforeAll(async () => {
    const planted = Object.fromEntries(PLANTED.map(([path, , text]) => [path, text]));
    tree = await plantTree({ ...CLEAN_TREE, ...planted });
    exit = await run("tsc", ["-p", "tsconfig.core.json", "--pretty", "false"], tree.root);
  });
  afterAll(() => tree.remove());

  it.each(PLANTED)("%s may not use %s", (path) => {
    expect(exit.code).not.toBe(0);
    expect(exit.output.split("\n").filter((line) => line.startsWith(`${path}(`))).not.toEqual([]);
  });

  it("accuses no file that knows no platform", () => {
    const accused = new Set(exit.output.split("\n").map((line) => line.split("(")[0]));
    expect(Object.keys(CLEAN_TREE).filter((path) => accused.has(path))).toEqual([]);
  });
});

describe("a tree that keeps the rooms", () => {
  it.each(["tsconfig.core.json", "tsconfig.node.json", "tsconfig.json"])("passes %s", async (config) => {
    const tree = await plantTree(CLEAN_TREE);
    onTestFinished(tree.remove);
    expect(await run("tsc", ["-p", config, "--pretty", "false"], tree.root)).toEqual({ code: 0, output: "" });
  });
});
