import type { JsonValue } from "../../../contracts/json/json.ts";
import { firstJsonError } from "../../core/json/json-place.ts";
import type { Fault } from "../../core/errors.ts";
import { readYaml } from "../../core/metadata/yaml.ts";
import { planFault } from "../../core/plan/model/problem.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { textIn } from "../files/read-file.ts";
import { type Shell, usageFailure } from "../shell.ts";

/** Larger than any envelope; a plan of thousands of steps is larger still and is JSON. */
const MAX_YAML = 4 * 1_048_576;

/** JSON or YAML, whichever it is; PLAN_UNREADABLE with the line where it is neither. */
export function readDocument(text: string): Result<JsonValue, Fault> {
  try {
    return ok(JSON.parse(text) as JsonValue);
  } catch {
    const yaml = readYaml(text, { maxLength: MAX_YAML });
    if (yaml.ok) return yaml;
    // A flow mapping of YAML begins like JSON: only a text with JSON's quotes is meant to be JSON.
    const at = /^\s*[{[]\s*["{[\]}]/.test(text) ? firstJsonError(text) : null;
    const [place, message] = at
      ? [`line ${at.line}, column ${at.column}`, `not readable as JSON: ${at.expected} was expected`]
      : [`line ${yaml.error.line}`, `not readable as YAML: ${yaml.error.message}`];
    return err(planFault("unreadable", message, { place, hint: "correct the document there" }));
  }
}

/** The document in a file that an option names: what is wrong with it is wrong with the call. */
export async function documentIn(path: string, shell: Shell): Promise<JsonValue> {
  const read = readDocument(await textIn(path, shell));
  if (read.ok) return read.value;
  throw usageFailure(`${path}: ${read.error.place ?? ""}: ${read.error.message}`);
}
