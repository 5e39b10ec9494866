import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { fault, HTTP_STATUS, isRetryable, retryAfterSeconds, type ErrorCode } from "../../src/core/errors.ts";

const ROOT = join(import.meta.dirname, "../..");
const TABLES = new Set(["src/core/errors.ts", "src/core/trust/blame.ts"]);
/** Codes that nodes and handlers of others may answer with, and those that wait for whoever will raise them. */
const RESERVED: readonly ErrorCode[] = [
  "HANDLER_EXECUTION_ERROR",
  "ITEM_NOT_REGISTERED",
  "SECRET_RESOLUTION_ERROR",
  "REQUEST_REJECTED",
  "RUN_QUARANTINED",
  "RUN_UNDECIDABLE",
  "RUN_UNSTORABLE",
];
const codes = Object.keys(HTTP_STATUS) as ErrorCode[];

it("every code is an error of the caller or of the server", () => {
  expect(codes.filter((code) => HTTP_STATUS[code] < 400 || HTTP_STATUS[code] > 599)).toEqual([]);
});

it("a code has a wait exactly when a retry may cure it", () => {
  for (const code of codes) {
    const problem = fault(code, "x");
    expect([code, retryAfterSeconds(problem) !== null]).toEqual([code, isRetryable(problem)]);
  }
});

it("every code is raised somewhere, or reserved", () => {
  const text = ["src", "workers", "contracts"]
    .flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" }).map((file) => `${folder}/${file}`),
    )
    .filter((file) => file.endsWith(".ts") && !TABLES.has(file))
    .map((file) => readFileSync(join(ROOT, file), "utf8"))
    .join("\n");
  expect(codes.filter((code) => !RESERVED.includes(code) && !text.includes(`"${code}"`))).toEqual([]);
});
