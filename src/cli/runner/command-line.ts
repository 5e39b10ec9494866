import type { CliPart, CliWire } from "../../../contracts/documents/runner-blocks.ts";
import type { JsonObject, JsonValue } from "../../../contracts/json/json.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { UsedSecrets } from "../../core/secret/redact.ts";
import type { ChildEnd } from "./child.ts";
import { abnormalEnd, endText, failed, jsonObjectIn, succeeded, wasKilled, type Outcome } from "./outcome.ts";

/** What a process is given besides its program. */
export interface Given {
  /** The whole command line; empty where an image's own command is meant. */
  readonly argv: readonly string[];
  readonly stdin: string;
  readonly env: Readonly<Record<string, string>>;
}

/** A value as a process reads it: a text as it is, anything else as JSON. */
const textOf = (value: JsonValue): string => (typeof value === "string" ? value : JSON.stringify(value));

/**
 * The command line of a `cli` block for an input. A value is one argument, whatever it contains; one that would be taken
 * for an option is refused unless the contract allows it. Refusals are outcomes.
 */
export function givenBy(
  cli: CliWire,
  program: string | null,
  input: JsonObject,
  secrets: UsedSecrets = new Map(),
): Result<Given, Outcome> {
  const argv: string[] = [];
  for (const part of cli.command ?? (program === null ? [] : [program])) {
    const text = partText(part, input);
    if (!text.ok) return text;
    if (text.value !== null) argv.push(text.value);
  }
  const env: Record<string, string> = {};
  for (const [name, part] of Object.entries(cli.env ?? {})) {
    if (typeof part === "object" && "secret_ref" in part) {
      env[name] = secrets.get(part.secret_ref) ?? "";
      continue;
    }
    const text = partText(typeof part === "string" ? part : { ...part, dashes: true }, input);
    if (!text.ok) return text;
    if (text.value !== null) env[name] = text.value;
  }
  const script = cli.shell ? ["/bin/sh", "-c", argv[0] ?? "", "sh", ...argv.slice(1)] : argv;
  return ok({ argv: script, env, stdin: stdinOf(cli.stdin, input) });
}

/** Null for an optional input that is not there. */
function partText(part: CliPart, input: JsonObject): Result<string | null, Outcome> {
  if (typeof part === "string") return ok(part);
  const value = input[part.key];
  if (value === undefined) return ok(null);
  const text = (part.prefix ?? "") + textOf(value);
  if (text.includes("\0"))
    return err(
      failed("INVALID_PARAMETER", `the value of ${part.key} holds NUL, which no argument does`, { retryable: false }),
    );
  if (!part.dashes && (part.prefix ?? "") === "" && text.startsWith("-")) {
    const hint = "set dashes: true for the argument, or put -- before it in the contract";
    const message = `the value of ${part.key} begins with a dash, and would be taken for an option`;
    return err(failed("INVALID_PARAMETER", message, { retryable: false, hint }));
  }
  return ok(text);
}

function stdinOf(stdin: CliWire["stdin"], input: JsonObject): string {
  if (stdin === null) return "";
  if (typeof stdin !== "string") return JSON.stringify(input);
  const value = input[stdin];
  return value === undefined ? "" : textOf(value);
}

/** What the end of a process means by its contract: its exit code first, then its output. */
export function readBy(cli: CliWire, end: ChildEnd, what: string): Outcome {
  const { exit_codes: codes, exit_code: codeKey, stdout } = cli;
  const { code } = end;
  if (wasKilled(end)) return abnormalEnd(end, what);
  if (code === null || !codes.ok.includes(code)) {
    const retryable = code !== null && codes.retry.includes(code);
    return failed("HANDLER_EXECUTION_ERROR", `${what} ${endText(end)}`, { retryable });
  }
  const own = codeKey === undefined ? {} : { [codeKey]: code };
  if ("text" in stdout) {
    const text = stdout.trim ? end.stdout.trim() : end.stdout;
    return succeeded({ [stdout.text]: text, ...own });
  }
  const output = jsonObjectIn(end.stdout);
  if (output) return succeeded({ ...output, ...own });
  return failed("OUTPUT_STATE_INVALID", `the standard output of ${what} is no JSON object`, {
    retryable: false,
    hint: "write the output state as one JSON object, or set cli.stdout to {text: KEY}",
  });
}
