import { isList, isObject } from "../../../contracts/json/narrow.ts";
import type { JsonObject, JsonSchema, JsonValue } from "../../../contracts/json/json.ts";
import { constraintsOf } from "./constraints.ts";
import { titleFromName } from "./format-schema.ts";
import { refName, typeName } from "./type-name.ts";

/** One field of a schema, as a row of its page. */
interface Row {
  readonly field: string;
  readonly schema: JsonObject;
  readonly required: boolean;
}

const MAX_DEPTH = 8;

/**
 * A schema as a page of Markdown: a table of its fields with type, whether they are required, default, allowed values and
 * description; fields of fields as `a.b`, of list items as `a[]`, of map values as `a.*`; every definition it refers to
 * as a section of its own. `name` is that of the schema's file, without extension.
 */
export function schemaPage(name: string, schema: JsonSchema): string {
  const definitions = new Map(
    ["$defs", "definitions"].flatMap((key) => (isObject(schema[key]) ? Object.entries(schema[key]) : [])),
  );
  const rootName = typeof schema["$ref"] === "string" ? refName(schema["$ref"]) : null;
  const named = rootName === null ? undefined : definitions.get(rootName);
  const root = named && isObject(named) ? named : schema;
  const title = textOf(root["title"]) ?? textOf(schema["title"]) ?? titleFromName(name);
  const sections = [...definitions].flatMap(([key, one]): [string, JsonObject][] =>
    key !== rootName && isObject(one) ? [[key, one]] : [],
  );
  return [
    `# ${title}`,
    ...paragraphs(root),
    `Schema: \`${name}.schema.json\`.`,
    ...table(root),
    ...exampleBlock(root),
    ...sections.flatMap(([key, one]) => [`## ${key}`, ...paragraphs(one), ...table(one)]),
  ]
    .join("\n\n")
    .concat("\n");
}

const textOf = (value: JsonValue | undefined): string | null =>
  typeof value === "string" && value !== "" ? value : null;

const paragraphs = (schema: JsonObject): string[] => {
  const description = textOf(schema["description"]);
  return description === null ? [] : description.split(/\n[ \t]*\n/).map(prose);
};

function table(schema: JsonObject): string[] {
  const rows = rowsOf(schema, "", MAX_DEPTH);
  if (rows.length === 0) return [`Type: ${typeName(schema)}.`];
  const open = schema["additionalProperties"] !== false && schema["type"] === "object";
  const head = "| field | type | required | default | enum | description |\n|---|---|---|---|---|---|";
  return [[head, ...rows.map(line)].join("\n"), open ? "Further fields are kept." : "Further fields are refused."];
}

function line({ field, schema, required }: Row): string {
  const values = isList(schema["enum"]) ? schema["enum"] : [];
  const cells = [
    `\`${field}\``,
    typeName(schema),
    required ? "yes" : "no",
    "default" in schema ? code(JSON.stringify(schema["default"])) : "",
    values.map((value) => code(JSON.stringify(value))).join(", "),
    [textOf(schema["description"]) ?? "", ...constraintsOf(schema)]
      .filter((part) => part !== "")
      .map(prose)
      .join(" "),
  ];
  return `| ${cells.map(cell).join(" | ")} |`;
}

/** One line in which nothing but code spans is markup: `<name>` would be taken for HTML. */
const prose = (text: string): string =>
  text
    .replace(/\s+/g, " ")
    .split(/(`[^`]*`)/)
    .map((part, index) => (index % 2 === 1 ? part : part.replaceAll("&", "&amp;").replaceAll("<", "&lt;")))
    .join("");

/** A bar would end the cell, in code too. */
const cell = (text: string): string => text.replace(/\\?\|/g, "\\|");
const code = (text: string): string => (text.includes("`") ? `\`\` ${text} \`\`` : `\`${text}\``);

/** The fields of an object, each followed by those in it; what a definition holds is left to its own section. */
function rowsOf(schema: JsonObject, prefix: string, depth: number): readonly Row[] {
  const { properties, required } = schema;
  if (!isObject(properties) || depth === 0) return [];
  const names = isList(required) ? required : [];
  return Object.entries(properties).flatMap(([name, value]) => {
    const one = isObject(value) ? value : {};
    const field = prefix + name;
    return [{ field, schema: one, required: names.includes(name) }, ...inner(one, field, depth - 1)];
  });
}

function inner(schema: JsonObject, field: string, depth: number): readonly Row[] {
  if (depth <= 0) return [];
  const alternatives = ["anyOf", "oneOf", "allOf"].flatMap((key) =>
    isList(schema[key]) ? schema[key].filter((one) => isObject(one)) : [],
  );
  const own = rowsOf(schema, `${field}.`, depth);
  const items = isObject(schema["items"]) ? within(schema["items"], `${field}[]`, depth) : [];
  const values = isObject(schema["additionalProperties"])
    ? within(schema["additionalProperties"], `${field}.*`, depth)
    : [];
  return [...own, ...items, ...values, ...alternatives.flatMap((one) => inner(one, field, depth - 1))];
}

const within = (schema: JsonObject, field: string, depth: number): readonly Row[] => [
  ...rowsOf(schema, `${field}.`, depth),
  ...inner({ ...schema, properties: {} }, field, depth - 1),
];

function exampleBlock(schema: JsonObject): string[] {
  const [example] = isList(schema["examples"]) ? schema["examples"] : [];
  return example === undefined ? [] : [`\`\`\`json\n${JSON.stringify(example, null, 2)}\n\`\`\``];
}
