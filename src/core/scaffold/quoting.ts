import { stringify } from "yaml";
import type { JsonValue } from "../../../contracts/json/json.ts";

/**
 * A value to stand right after `key:` in a YAML file: scalars and empty collections on the line, everything else as a
 * block below it. Every text is double-quoted, so no value can be read as another type or end the line.
 */
export function yamlValue(value: JsonValue, indent = 2): string {
  const text = stringify(value, {
    indent: 2,
    lineWidth: 0,
    defaultStringType: "QUOTE_DOUBLE",
    defaultKeyType: "PLAIN",
    aliasDuplicateObjects: false,
  }).trimEnd();
  const isBlock = typeof value === "object" && value !== null && Object.keys(value).length > 0;
  if (!isBlock) return ` ${text}`;
  const margin = " ".repeat(indent);
  return `\n${text
    .split("\n")
    .map((line) => margin + line)
    .join("\n")}`;
}

/** Text for one line of Markdown: white space collapsed, nothing that starts markup. */
export const markdownLine = (text: string): string =>
  text
    .replaceAll(/\s+/g, " ")
    .trim()
    .replaceAll(/[\\`*_[\]<>|#]/g, "\\$&");
