import { isObject } from "../../../contracts/json/narrow.ts";
import type { HttpCall } from "../../../contracts/documents/call.ts";
import type { JsonObject, JsonValue } from "../../../contracts/json/json.ts";
import { fault, type Fault } from "../errors.ts";
import { err, ok, type Result } from "../result.ts";
import { clip } from "../text/clip.ts";
import { bodyCall, bodyOf, responseOf } from "./body.ts";
import { listOf, OpenApiDocument, textOf } from "./document.ts";
import { Names, snakeName } from "./names.ts";
import { renderOperation, type Birth, type OperationNode } from "./node-of-operation.ts";
import { parametersOf } from "./parameters.ts";
import { credentialsOf } from "./security.ts";
import { serverOf } from "./servers.ts";

/** What is wanted of a document. */
export interface ImportWishes {
  /** Operations by id, or as `GET /users/{id}`; all when there are none. */
  readonly operations: readonly string[];
  /** What names and contract keys begin with; from the title when left out. */
  readonly prefix?: string;
  /** Where the API is, when the document does not say or says it wrongly. */
  readonly server?: string;
  readonly birth: Birth;
}

/** An operation that became a node. */
export interface ImportedOperation extends OperationNode {
  /** The operation's id, or its method and path. */
  readonly operation: string;
  /** JSON Pointer into the document. */
  readonly place: string;
}

/** An operation, or a part of one, that did not. */
export interface SkippedPart {
  readonly operation: string;
  readonly place: string;
  readonly reason: string;
  /** Whether the operation became a node all the same. */
  readonly partly: boolean;
}

/** A document's nodes. */
export interface ImportedApi {
  readonly title: string;
  readonly prefix: string;
  /** How many operations the document has, or were asked for. */
  readonly operations: number;
  readonly imported: readonly ImportedOperation[];
  readonly skipped: readonly SkippedPart[];
}

const METHODS = ["get", "post", "put", "patch", "delete"] as const;
const OTHER_METHODS = ["head", "options", "trace"] as const;
type Method = (typeof METHODS)[number];

interface Found {
  readonly id: string;
  readonly name: string;
  readonly method: Method | null;
  readonly path: string;
  readonly item: JsonObject;
  readonly operation: JsonObject;
  readonly place: string;
}

/**
 * Makes a declarative `http` node of every operation of an OpenAPI 3.1 document: parameters and body become inputs, the
 * successful response the output, security schemes the names of secrets. What cannot be said with a call block is left
 * out, named, with its reason. Refusals: INVALID_PARAMETER for what is no OpenAPI document, and for an operation that is
 * asked for and not there.
 */
export function importOpenApi(given: JsonValue, wishes: ImportWishes): Result<ImportedApi, Fault> {
  if (!isObject(given) || !isObject(given["paths"]) || typeof given["openapi"] !== "string") {
    return err(
      fault("INVALID_PARAMETER", "this is not an OpenAPI document with paths", {
        place: "$",
        hint: "OpenAPI 3.0 and 3.1 have the members openapi, info and paths",
      }),
    );
  }
  const document = new OpenApiDocument(given);
  const prefix = snakeName(wishes.prefix ?? document.title, "api").slice(0, 40);
  const all = operationsIn(document, given["paths"]);
  const chosen = chosenOf(all, wishes.operations);
  if (!chosen.ok) return chosen;
  const names = new Names(100);
  const imported: ImportedOperation[] = [];
  const skipped: SkippedPart[] = [];
  for (const found of chosen.value) {
    const made = nodeOf(document, found, prefix, names, wishes);
    const skip = (reason: string, place = found.place, partly = false): number =>
      skipped.push({ operation: found.id, place, reason: clip(reason, 300), partly });
    if (typeof made === "string") {
      skip(made);
      continue;
    }
    imported.push({ ...made.node, operation: found.id, place: found.place });
    for (const note of made.notes) skip(note, found.place, true);
  }
  return ok({ title: document.title, prefix, operations: chosen.value.length, imported, skipped });
}

function operationsIn(document: OpenApiDocument, paths: JsonObject): readonly Found[] {
  return Object.entries(paths).flatMap(([path, given]): readonly Found[] => {
    const item = document.object(given);
    if (item === null) return [];
    return [...METHODS, ...OTHER_METHODS].flatMap((method): readonly Found[] => {
      const operation = document.object(item[method]);
      if (operation === null) return [];
      const name = `${method.toUpperCase()} ${path}`;
      const id = textOf(operation, "operationId") ?? name;
      const place = `/paths/${path.replaceAll("~", "~0").replaceAll("/", "~1")}/${method}`;
      return [{ id, name, method: isMethod(method) ? method : null, path, item, operation, place }];
    });
  });
}

const isMethod = (method: string): method is Method => METHODS.some((one) => one === method);

function chosenOf(all: readonly Found[], wanted: readonly string[]): Result<readonly Found[], Fault> {
  if (wanted.length === 0) return ok(all);
  const missing = wanted.find((one) => !all.some(({ id, name }) => id === one || name === one));
  if (missing === undefined) return ok(all.filter(({ id, name }) => wanted.includes(id) || wanted.includes(name)));
  return err(
    fault("INVALID_PARAMETER", `the document has no operation ${JSON.stringify(clip(missing, 200))}`, {
      hint: "name an operationId, or a method and a path: 'GET /users/{id}'",
    }),
  );
}

interface Made {
  readonly node: OperationNode;
  readonly notes: readonly string[];
}

/** The node of an operation, or why there is none. */
function nodeOf(
  document: OpenApiDocument,
  { id, method, path, item, operation }: Found,
  prefix: string,
  names: Names,
  wishes: ImportWishes,
): Made | string {
  if (method === null) return "its method is not supported";
  const server = serverOf(document, item, operation, wishes.server);
  if (!server.ok) return server.error;
  const parameters = parametersOf(document, item, operation, prefix);
  const needed = parameters.left.find(({ required }) => required);
  if (needed !== undefined) return `its parameter ${needed.name} is needed, and ${needed.reason}`;
  const declared = bodyOf(document, operation);
  if (typeof declared === "string") return declared;
  if (declared?.required === true && method === "get") return "it is a get with a body";
  const body = method === "get" ? null : declared;
  const response = responseOf(document, operation);
  if (typeof response === "string") return response;
  const credentials = credentialsOf(document, operation, prefix);
  if (!credentials.ok) return credentials.error;

  const short = snakeName(id, method);
  const name = names.take(short.startsWith(`${prefix}_`) ? short : `${prefix}_${short}`);
  const own = name.slice(prefix.length + 1);
  const bodyKey = `${prefix}.${own}_body`;
  const outputKey = `${prefix}.${own}`;
  const byPlace = (where: string) =>
    Object.fromEntries(parameters.taken.filter((one) => one.where === where).map((one) => [one.name, one.source]));
  const pathSources = byPlace("path");
  const undeclared = [...path.matchAll(/\{([^{}]*)\}/g)].find(([, one]) => !Object.hasOwn(pathSources, one ?? ""));
  if (undeclared !== undefined) return `its path names ${undeclared[0]}, and no parameter is called so`;
  const query = { ...byPlace("query"), ...credentials.value.query };
  const headers = {
    accept: { value: "application/json, text/*;q=0.5" },
    ...byPlace("header"),
    ...credentials.value.headers,
  };
  const call: HttpCall = {
    method,
    // A fragment is never sent: some documents tell operations of one path apart by it.
    url: `${server.value}${path.split("#", 1)[0] ?? path}`,
    ...(Object.keys(pathSources).length === 0 ? {} : { path: pathSources }),
    ...(Object.keys(query).length === 0 ? {} : { query }),
    headers,
    ...(body === null ? {} : { body: bodyCall(body, bodyKey) }),
    // A request that is not safe to repeat is repeated only where the server says that it did nothing.
    ...(method === "post" || method === "patch" ? { retry: [429, 503] } : {}),
    output: { [outputKey]: response.pointer },
  };
  const inputs = parameters.taken.map(({ key, schema, required }) => ({ key, schema, required }));
  const node = renderOperation(
    {
      name,
      prefix,
      description: describe(operation, id),
      tags: listOf(operation["tags"]).filter((tag) => typeof tag === "string"),
      kind: method === "get" ? "compute" : "effect",
      inputs: body === null ? inputs : [...inputs, { key: bodyKey, schema: body.schema, required: body.required }],
      output: { key: outputKey, schema: response.schema },
      call,
    },
    wishes.birth,
  );
  if (!node.ok) return node.error;
  const left = parameters.left.map((one) => `the parameter ${one.name} is left out: ${one.reason}`);
  const notes = [...left, ...parameters.notes, ...(body?.notes ?? []), ...response.notes, ...node.value.notes];
  return { node: node.value.node, notes: [...new Set(notes)] };
}

function describe(operation: JsonObject, id: string): string {
  const said = textOf(operation, "summary") ?? textOf(operation, "description") ?? "";
  const line = clip(said.replaceAll(/\s+/g, " ").trim(), 300);
  return line === "" ? id : line;
}
