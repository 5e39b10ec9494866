import type { JsonValue } from "../../../contracts/json/json.ts";
import type { Fault } from "../../core/errors.ts";
import { planFault } from "../../core/plan/model/problem.ts";
import { err, type Result } from "../../core/result.ts";
import { textIn } from "../files/read-file.ts";
import { placeInWords, placeOf, strictDocument, type Unreadable } from "../files/strict-document.ts";
import { type Shell, usageFailure } from "../shell.ts";

/** JSON or YAML, whichever it is; PLAN_UNREADABLE with the line where it is neither. */
export function readDocument(text: string): Result<JsonValue, Fault> {
  const read = strictDocument(text);
  if (read.ok) return read;
  const { hint } = read.error;
  return err(planFault("unreadable", said(read.error), { place: placeInWords(read.error), hint }));
}

/** The document in a file that an option names: what is wrong with it is wrong with the call. */
export async function documentIn(path: string, shell: Shell): Promise<JsonValue> {
  const read = strictDocument(await textIn(path, shell));
  if (read.ok) return read.value;
  throw usageFailure(`${path}:${placeOf(read.error)}: ${said(read.error)}`, read.error.hint);
}

const said = ({ isNo, message }: Unreadable): string =>
  isNo === null ? message : `not readable as ${isNo}: ${message}`;
