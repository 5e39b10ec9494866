import { dereference, initialBaseURI, validate, Validator } from "@cfworker/json-schema";

type Json = Record<string, unknown>;

const METHODS = new Set(["get", "put", "post", "delete", "options", "head", "patch", "trace"]);
const PLACES = new Set(["path", "query", "header", "cookie"]);
const TYPES = new Set(["null", "boolean", "object", "array", "number", "string", "integer"]);
/** Header parameters OpenAPI says are ignored: they must be described elsewhere. */
const IGNORED_HEADERS = new Set(["accept", "content-type", "authorization"]);
/** Spellings of OpenAPI 3.0 that JSON Schema 2020-12 does not know. */
const OLD_KEYWORDS = ["nullable", "x-nullable"];

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const objectAt = (value: unknown): Json => (isObject(value) ? value : {});
const listAt = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/**
 * What keeps a document from being OpenAPI 3.1, as one line each with its place. Covers the rules a generator of
 * clients relies on: structure, operation ids, path parameters, references, security, schemas, and that every example
 * satisfies its schema.
 */
export function problemsOfDocument(document: unknown): string[] {
  const problems: string[] = [];
  const root = objectAt(document);
  const say = (place: string, what: string): void => void problems.push(`${place}: ${what}`);

  if (!/^3\.1\.\d+$/.test(String(root["openapi"]))) say("$.openapi", "is not 3.1.x");
  const info = objectAt(root["info"]);
  for (const key of ["title", "version"]) if (typeof info[key] !== "string") say(`$.info.${key}`, "is missing");
  for (const key of Object.keys(root)) {
    const known = ["openapi", "info", "servers", "paths", "webhooks", "components", "security", "tags", "externalDocs"];
    if (!known.includes(key) && !key.startsWith("x-")) say(`$.${key}`, "is no field of a document");
  }

  const operationIds = new Set<string>();
  const schemes = objectAt(objectAt(root["components"])["securitySchemes"]);
  const tags = new Set(listAt(root["tags"]).map((tag) => objectAt(tag)["name"]));
  for (const [path, item] of Object.entries(objectAt(root["paths"]))) {
    if (!path.startsWith("/")) say(path, "does not start with a slash");
    for (const [method, value] of Object.entries(objectAt(item))) {
      const place = `${method.toUpperCase()} ${path}`;
      const operation = objectAt(value);
      if (!METHODS.has(method)) say(place, "is no method");
      const id = operation["operationId"];
      if (typeof id !== "string" || operationIds.has(id)) say(place, `has no operation id of its own: ${String(id)}`);
      operationIds.add(String(id));
      for (const key of ["summary", "description"]) if (!operation[key]) say(place, `has no ${key}`);
      for (const tag of listAt(operation["tags"])) if (!tags.has(tag)) say(place, `has the unknown tag ${String(tag)}`);
      for (const scheme of listAt(operation["security"]).flatMap((one) => Object.keys(objectAt(one)))) {
        if (!(scheme in schemes)) say(place, `is secured by the unknown ${scheme}`);
      }
      checkParameters(path, place, operation, say);
      checkResponses(place, objectAt(operation["responses"]), say);
      if (operation["requestBody"] !== undefined)
        checkContent(`${place} body`, objectAt(operation["requestBody"]), say);
    }
  }
  // Read once for all examples: there are hundreds.
  const components = dereference({ components: root["components"] });
  for (const [place, node] of walk(root, "$")) checkNode(root, components, place, node, say);
  return problems;
}

type Say = (place: string, what: string) => void;

function checkParameters(path: string, place: string, operation: Json, say: Say): void {
  const declared = listAt(operation["parameters"]).map(objectAt);
  const seen = new Set<string>();
  for (const parameter of declared) {
    const key = `${String(parameter["in"])} ${String(parameter["name"])}`;
    if (seen.has(key)) say(place, `declares ${key} twice`);
    seen.add(key);
    if (!PLACES.has(String(parameter["in"]))) say(place, `has a parameter nowhere: ${key}`);
    if (!isObject(parameter["schema"])) say(place, `has no schema for ${key}`);
    if (parameter["in"] === "path" && parameter["required"] !== true) say(place, `does not require ${key}`);
    if (parameter["in"] === "header" && IGNORED_HEADERS.has(String(parameter["name"]).toLowerCase())) {
      say(place, `describes ${key}, which is ignored`);
    }
  }
  const inPath = [...path.matchAll(/\{([^}]+)\}/g)].map((match) => `path ${match[1]}`);
  for (const key of inPath) if (!seen.has(key)) say(place, `does not declare ${key}`);
  for (const key of seen) if (key.startsWith("path ") && !inPath.includes(key)) say(place, `has no ${key} in it`);
}

function checkResponses(place: string, responses: Json, say: Say): void {
  if (Object.keys(responses).length === 0) say(place, "has no responses");
  for (const [status, value] of Object.entries(responses)) {
    if (!/^([1-5]\d\d|[1-5]XX|default)$/.test(status)) say(place, `has the status ${status}`);
    if (typeof objectAt(value)["description"] !== "string") say(`${place} ${status}`, "has no description");
    if (objectAt(value)["content"] !== undefined) checkContent(`${place} ${status}`, objectAt(value), say);
  }
}

function checkContent(place: string, holder: Json, say: Say): void {
  const content = Object.entries(objectAt(holder["content"]));
  if (content.length === 0) say(place, "has no content");
  for (const [type, media] of content) {
    if (!/^[\w.+-]+\/[\w.+*-]+$/.test(type)) say(place, `has the media type ${type}`);
    if (!isObject(objectAt(media)["schema"])) say(place, `has no schema for ${type}`);
  }
}

type Lookup = ReturnType<typeof dereference>;

function checkNode(root: Json, components: Lookup, place: string, node: Json, say: Say): void {
  const reference = node["$ref"];
  if (typeof reference === "string" && !resolve(root, reference)) say(place, `points nowhere: ${reference}`);
  const types = Array.isArray(node["type"]) ? node["type"] : typeof node["type"] === "string" ? [node["type"]] : [];
  const isSchema =
    /\.schema(\.|$)|\.schemas\./.test(place) && !/\.(properties|examples|example|default|enum)$/.test(place);
  if (!isSchema || /\.(examples|example|default|const)(\.|\[)/.test(place)) return;
  for (const type of types) if (!TYPES.has(String(type))) say(place, `has the unknown type ${String(type)}`);
  for (const keyword of OLD_KEYWORDS) if (keyword in node) say(place, `uses ${keyword} of OpenAPI 3.0`);
  if (typeof node["pattern"] === "string") {
    try {
      new RegExp(node["pattern"], "u");
    } catch {
      say(place, `has a pattern that is none: ${node["pattern"]}`);
    }
  }
  if ("examples" in node && !Array.isArray(node["examples"])) say(place, "has examples that are no list");
  const { examples: _, ...schema } = node;
  for (const example of listAt(node["examples"])) {
    const known = dereference(schema, Object.create(components) as Lookup, initialBaseURI, "/exemplified");
    const { valid, errors } = validate(example, schema, "2020-12", known, false);
    if (!valid) say(place, `has an example that breaks it: ${errors.map(({ error }) => error).join("; ")}`);
  }
}

/** Every object of the document with its place. */
function* walk(value: unknown, place: string): Generator<[string, Json]> {
  if (Array.isArray(value)) for (const [i, item] of value.entries()) yield* walk(item, `${place}[${i}]`);
  if (!isObject(value)) return;
  yield [place, value];
  for (const [key, item] of Object.entries(value)) yield* walk(item, `${place}.${key}`);
}

function resolve(root: Json, reference: string): boolean {
  if (!reference.startsWith("#/")) return false;
  let at: unknown = root;
  for (const key of reference.slice(2).split("/")) at = objectAt(at)[key.replaceAll("~1", "/").replaceAll("~0", "~")];
  return at !== undefined;
}

/** Whether a value satisfies what the document says of a response. Null when the response is not described. */
export function describedBy(document: unknown, path: string, method: string, status: number, type: string) {
  const root = objectAt(document);
  const operation = objectAt(objectAt(objectAt(root["paths"])[path])[method.toLowerCase()]);
  const media = objectAt(objectAt(objectAt(objectAt(operation["responses"])[status])["content"])[type]);
  const { schema } = media;
  if (!isObject(schema)) return null;
  return new Validator({ ...schema, components: root["components"] }, "2020-12", false);
}
