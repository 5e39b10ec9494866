import { isObject } from "../../../contracts/json/narrow.ts";
/** Why a run or a step failed, as the wire tells it. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly place?: unknown;
  readonly details?: unknown;
}

/** The failure in a value; null when it is none. */
export const failureIn = (value: unknown): Failure | null =>
  isObject(value) && typeof value["code"] === "string" && typeof value["message"] === "string"
    ? { ...value, code: value["code"], message: value["message"] }
    : null;

/** In one line: the code, the message, where, and of a rejection who said it and why. */
export function failureText(failure: Failure): string {
  const { message, place } = failure;
  const where = typeof place === "string" && !message.includes(place) ? ` (${place})` : "";
  return `${headOf(failure)}${where}${wordOf(failure)}`;
}

/** What two failures have in common that are told once. */
export const headOf = ({ code, message }: Failure): string => `${code}: ${message}`;

function wordOf({ code, details }: Failure): string {
  if (code !== "APPROVAL_REJECTED" || !isObject(details)) return "";
  const { by, comment } = details;
  const who = typeof by === "string" ? `, by ${by}` : "";
  return typeof comment === "string" ? `${who}: ${comment}` : who;
}
