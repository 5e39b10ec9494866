import { asWire } from "../../../contracts/json/wire.ts";
import { isObject } from "../../../contracts/json/narrow.ts";
import type { WorkItemAnswerInput } from "../../../contracts/api/pools.ts";
import type { JsonObject } from "../../../contracts/json/json.ts";
import { workItemAnswer } from "../../../contracts/api/pools.ts";
import type { ChildEnd } from "./child.ts";

/** What came of an attempt, as it is answered. */
export type Outcome = WorkItemAnswerInput["outcome"];
type Code = Extract<Outcome, { ok: false }>["error"]["code"];

export const failed = (code: Code, message: string, more: { retryable?: boolean; hint?: string } = {}): Outcome => ({
  ok: false,
  error: { code, message, ...more },
});

export const succeeded = (output: JsonObject): Outcome => ({ ok: true, output });

/** What an end means that was not the process's own; null when it ended by itself. */
export function forcedEnd({ why, problem }: ChildEnd, timeoutMs: number): Outcome | null {
  switch (why) {
    case "exit":
      return null;
    case "time":
      return failed("TIMEOUT_ERROR", `the process did not end within ${timeoutMs} ms`);
    case "cancelled":
      return failed("HANDLER_EXECUTION_ERROR", "the process was ended: nobody waits for it any more");
    case "flood":
      return failed("SANDBOX_BUDGET", "the process wrote more than a result may be", { retryable: false });
    case "start":
      return failed("INVALID_CONFIGURATION", `the process could not be started: ${problem ?? "unknown"}`, {
        retryable: false,
      });
  }
}

/** How the process ended, in words. A sandbox tells of a signal by an exit code above 128. */
export function endText({ code, signal }: Pick<ChildEnd, "code" | "signal">): string {
  const number = code !== null && code > 128 && code < 160 ? code - 128 : null;
  if (signal !== null || number !== null)
    return `was killed by ${signal ?? SIGNALS[number ?? 0] ?? `signal ${number}`}`;
  return `ended with exit code ${code}`;
}

/** Whether somebody else has killed the process: the kernel, when memory is short. */
export const wasKilled = ({ code, signal }: Pick<ChildEnd, "code" | "signal">): boolean =>
  signal === "SIGKILL" || code === 137;

const SIGNALS: Readonly<Record<number, string>> = {
  4: "SIGILL",
  6: "SIGABRT",
  7: "SIGBUS",
  9: "SIGKILL",
  11: "SIGSEGV",
  15: "SIGTERM",
  24: "SIGXCPU",
  25: "SIGXFSZ",
};

/** The failure of a process that should not have ended so. */
export function abnormalEnd(end: ChildEnd, what: string): Outcome {
  if (wasKilled(end))
    return failed("SANDBOX_MEMORY", `${what} was killed by SIGKILL: it, or its machine, was out of memory`, {
      retryable: false,
    });
  return failed("HANDLER_EXECUTION_ERROR", `${what} ${endText(end)}`);
}

/** A closing message: one whole line of JSON with an outcome; null for anything else. */
export function closingMessage(text: string): Outcome | null {
  if (!text.endsWith("\n")) return null;
  const lines = text.slice(0, -1).split("\n");
  try {
    const read = workItemAnswer.shape.outcome.safeParse(JSON.parse(lines.at(-1) ?? ""));
    return read.success ? asWire(read.data) : null;
  } catch {
    return null;
  }
}

/** The object a text of JSON stands for; null for anything else. */
export function jsonObjectIn(text: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}
