import type { JsonObject, JsonValue } from "../../../contracts/json/json.ts";
import { readYaml } from "../../core/metadata/yaml.ts";
import { usageFailure } from "../shell.ts";

/** The fields that `field=value` texts set; no value removes a field. Later ones win. */
export const fieldsFrom = (texts: readonly string[]): JsonObject => Object.fromEntries(texts.map(fieldFrom));

function fieldFrom(text: string): readonly [string, JsonValue] {
  const at = text.indexOf("=");
  const name = text.slice(0, Math.max(at, 0)).trim();
  if (!/^[a-z_][a-z0-9_]*$/.test(name))
    throw usageFailure(`${text} sets no field`, "write field=value, such as license=MIT");
  return [name, valueFrom(name, text.slice(at + 1))];
}

/** Collections and quoted texts are YAML. A version or a date stays the text it is. */
function valueFrom(name: string, text: string): JsonValue {
  if (text === "") return null;
  if (/^[[{"']/.test(text)) {
    const yaml = readYaml(text);
    if (!yaml.ok) throw usageFailure(`the value of ${name} is not YAML: ${yaml.error.message}`);
    return yaml.value;
  }
  if (text === "true" || text === "false") return text === "true";
  const isNumber = /^-?(0|[1-9]\d*)(\.\d+)?$/.test(text) && !name.endsWith("version");
  return isNumber ? Number(text) : text;
}
