import { HTTP_STATUS } from "../../src/core/errors.ts";

/** An answer as it came, or why none did. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly correlationId: string | null;
  readonly text: string;
  readonly ms: number;
}

/** An answer that takes longer is a finding. */
export const SLOW_MS = 5_000;

/** Codes that say that something happened which nobody had thought of, or that the deployment is broken. */
const UNDECLARED: ReadonlySet<string> = new Set(["RUNTIME_ERROR", "INVALID_CONFIGURATION"]);
const STATUS: Readonly<Record<string, number>> = HTTP_STATUS;

/** What is wrong with an answer; empty when it is as every answer should be. */
export function judge({ status, contentType, correlationId, text, ms }: Answer): readonly string[] {
  const wrong: string[] = [];
  if (ms > SLOW_MS) wrong.push(`took ${Math.round(ms)} ms`);
  if (!correlationId) wrong.push("no correlation id");
  const body = read(text);
  if (status < 400) {
    if (contentType.includes("json") && body === null) wrong.push("no JSON although it says so");
    const code = errorCode(body);
    if (code !== null && UNDECLARED.has(code)) wrong.push(`a run failed with ${code}`);
    return wrong;
  }
  if (!contentType.startsWith("application/problem+json")) wrong.push(`an error as ${contentType || "nothing"}`);
  const { code, correlation_id: named } = body ?? {};
  if (typeof code !== "string" || !Object.hasOwn(STATUS, code))
    wrong.push(`status ${status} with code ${String(code)}`);
  else if (STATUS[code] !== status) wrong.push(`${code} with status ${status}`);
  else if (UNDECLARED.has(code)) wrong.push(`${code}, which nobody expected`);
  if (typeof named !== "string" || named !== correlationId) wrong.push("the problem names another correlation id");
  return wrong;
}

function read(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return null;
  }
}

/** The code of a run's failure in a response envelope. */
function errorCode(body: Readonly<Record<string, unknown>> | null): string | null {
  const error = body?.["error"];
  if (typeof error !== "object" || error === null) return null;
  const { code } = error as { readonly code?: unknown };
  return typeof code === "string" ? code : null;
}
