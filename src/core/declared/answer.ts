import type { CallBlock, HttpCall } from "../../../contracts/documents/call.ts";
import type { JsonObject, JsonValue } from "../../../contracts/json/json.ts";
import { type Fault, fault } from "../errors.ts";
import { codeOfStatus } from "../http/retry-after.ts";
import { err, ok, type Result } from "../result.ts";
import { at } from "./source.ts";

/** What came back over HTTP. */
export interface HttpAnswer {
  readonly status_code: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: JsonValue;
}

const SUCCESS = ["2xx"] as const;
const RETRIED = [408, 425, 429, "5xx"] as const;
type Status = number | string;

const isOneOf = (status: number, statuses: readonly Status[]): boolean =>
  statuses.some((one) => one === status || one === `${Math.trunc(status / 100)}xx`);

/** Whether the response is one the node's outputs are taken from. */
export const succeeded = (call: HttpCall, status: number): boolean => isOneOf(status, call.success ?? SUCCESS);

/**
 * What a response that is no success means for the attempt: its code follows from the status, it is retried where the
 * call says so, and after the time the server asks for (RFC 9110, section 10.2.3). The body is not repeated: it may hold
 * anything.
 */
export function statusFault(call: HttpCall, answer: HttpAnswer, retryAfterSeconds: number | null): Fault {
  const { status_code: status } = answer;
  const retryable = isOneOf(status, call.retry ?? RETRIED);
  return fault(codeOfStatus(status), `the server answered with status ${status}`, {
    place: `${call.method.toUpperCase()} ${call.url}`,
    retryable,
    ...(retryable && retryAfterSeconds !== null ? { retryAfterSeconds } : {}),
    details: { status_code: status },
  });
}

/** The node's result: each output key with what its pointer leads to. A pointer that leads nowhere yields no value. */
export function mapped(output: Readonly<Record<string, string>>, answer: JsonValue): JsonObject {
  const found = Object.entries(output).flatMap(([key, pointer]): [string, JsonValue][] => {
    const value = at(answer, pointer);
    return value === undefined ? [] : [[key, value]];
  });
  return Object.fromEntries(found);
}

/** The node's result for an HTTP response, or why there is none. */
export function httpResult(
  call: HttpCall,
  answer: HttpAnswer,
  retryAfterSeconds: number | null = null,
): Result<JsonObject, Fault> {
  if (!succeeded(call, answer.status_code)) return err(statusFault(call, answer, retryAfterSeconds));
  const { status_code, headers, body } = answer;
  return ok(mapped(call.output, { status_code, headers, body }));
}

/** The pointers of a call's outputs. */
export const outputsOf = (call: CallBlock): Readonly<Record<string, string>> =>
  call.http?.output ?? call.db?.output ?? {};
