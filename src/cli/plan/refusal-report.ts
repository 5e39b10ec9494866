import { isList, isObject } from "../../../contracts/json/narrow.ts";
import type { JsonObject, JsonValue } from "../../../contracts/json/json.ts";
import type { Fault } from "../../core/errors.ts";
import type { Paint } from "../paint.ts";
import { oneLine } from "../printer.ts";

/** Lists stop here; the JSON form has the rest. */
const MAX_LISTED = 20;

/** A refusal for people: the code, the place, everything else that is wrong, the nearest candidates, and what to do. */
export function refusalReport(problem: Fault, paint: Paint): string {
  const { code, message, place, hint, details } = problem;
  const lines = [
    `${paint("red", "error")}: ${code}: ${message}`,
    ...(place === undefined ? [] : [`at ${place}`]),
    ...listed(details, "missing", missingLine),
    ...listed(details, "candidates", candidateLine),
    ...listed(details, "problems", problemLine, 1),
    ...listed(details, "errors", problemLine, 1),
    ...(hint === undefined ? [] : [paint("dim", hint)]),
  ];
  return `${lines.map(oneLine).join("\n")}\n`;
}

function listed(
  details: JsonValue | undefined,
  name: string,
  line: (one: JsonObject) => string | null,
  from = 0,
): readonly string[] {
  const list = isObject(details) ? details[name] : undefined;
  if (!isList(list)) return [];
  const lines = list.slice(from).flatMap((one) => (isObject(one) ? (line(one) ?? []) : []));
  const rest = lines.length - MAX_LISTED;
  return [...lines.slice(0, MAX_LISTED).map((text) => `  ${text}`), ...(rest > 0 ? [`  … and ${rest} more`] : [])];
}

function missingLine({ key, needed_by: by, nearest }: JsonObject): string {
  const near = Array.isArray(nearest) && nearest.length > 0 ? `; nearest: ${nearest.join(", ")}` : "";
  return `${textOf(key)} is missing, needed by ${by === "goal" ? "the goal" : textOf(by)}${near}`;
}

/** A candidate nothing speaks against only lacks what is listed already. */
function candidateLine({ key, node, version, reasons }: JsonObject): string | null {
  if (!Array.isArray(reasons) || reasons.length === 0) return null;
  const what = key === undefined ? "" : ` for ${textOf(key)}`;
  return `${textOf(node)}@${textOf(version)}${what}: ${reasons.join("; ")}`;
}

function problemLine({ code, message, detail, place, hint }: JsonObject): string {
  const at = place === undefined ? "" : ` (${textOf(place)})`;
  const advice = hint === undefined ? "" : `: ${textOf(hint)}`;
  return `${textOf(code)}: ${textOf(message ?? detail)}${at}${advice}`;
}

const textOf = (value: JsonValue | undefined): string => (typeof value === "string" ? value : "");
