import { InvalidArgumentError } from "commander";
import type { JsonObject } from "../../../contracts/json.ts";
import { readYaml } from "../../core/metadata/yaml.ts";

/** Adds `field=value` to the fields given so far; the value is YAML, and nothing removes the field. */
export function fieldOption(text: string, fields: JsonObject | undefined): JsonObject {
  const at = text.indexOf("=");
  const name = text.slice(0, at).trim();
  if (at < 1 || !/^[a-z_][a-z0-9_]*$/.test(name)) throw new InvalidArgumentError("write field=value, such as license=MIT");
  const value = text.slice(at + 1);
  // A version or a date stays the text it is.
  const yaml = /^[[{"']/.test(value) ? readYaml(value) : null;
  if (yaml !== null && !yaml.ok) throw new InvalidArgumentError(`the value of ${name} is not YAML: ${yaml.error.message}`);
  return { ...fields, [name]: value === "" ? null : yaml === null ? scalarOf(value) : yaml.value };
}

function scalarOf(value: string): string | number | boolean {
  if (value === "true" || value === "false") return value === "true";
  return /^-?(0|[1-9]\d*)(\.\d+)?$/.test(value) ? Number(value) : value;
}
