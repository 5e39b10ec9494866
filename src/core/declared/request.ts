import { isList, isObject } from "../../../contracts/json/narrow.ts";
import type { DbCall, HttpCall } from "../../../contracts/documents/call.ts";
import type { JsonObject, JsonValue } from "../../../contracts/json/json.ts";
import { pointerSteps } from "../contract/json-path.ts";
import { fault, type Fault } from "../errors.ts";
import { err, ok, type Result } from "../result.ts";
import { numbered } from "./named-parameters.ts";
import { isSecretSource, secretOf, type SecretText, styleOf, taken } from "./source.ts";
import { formOf, type Pair, pairsOf, scalarText } from "./text-of.ts";

/** A text that is sent, or the secret that will be part of it. */
export type Outgoing = string | SecretText;

/** An HTTP request that is complete but for its secrets. */
export interface HttpRequest {
  readonly operation: "http.get" | "http.post" | "http.put" | "http.patch" | "http.delete";
  /** With path and constant query, without `query`. */
  readonly url: string;
  readonly query: readonly (readonly [name: string, value: Outgoing])[];
  readonly headers: readonly (readonly [name: string, value: Outgoing])[];
  /** The body as it is sent; undefined for none. */
  readonly body: string | undefined;
}

/** An SQL statement with its values. */
export interface DbRequest {
  readonly operation: "db.query" | "db.execute";
  readonly sql: string;
  readonly parameters: readonly JsonValue[];
}

/** The HTTP request for an input. Refusals are INVALID_PARAMETER with the place in the call block. */
export function httpRequest(call: HttpCall, input: JsonObject): Result<HttpRequest, Fault> {
  const url = filled(call, input);
  if (!url.ok) return url;
  const query = pairs(call.query ?? {}, input, "query");
  if (!query.ok) return query;
  const headers = headersOf(call, input);
  if (!headers.ok) return headers;
  const body = bodyOf(call.body, input);
  if (!body.ok) return body;
  const { type, text } = body.value;
  const typed = type !== null && !headers.value.some(([name]) => name.toLowerCase() === "content-type");
  return ok({
    operation: `http.${call.method}`,
    url: url.value,
    query: query.value,
    headers: typed ? [...headers.value, ["content-type", type]] : headers.value,
    body: text,
  });
}

/** The statement for an input. Refusals as for a request. */
export function dbRequest(call: DbCall, input: JsonObject): Result<DbRequest, Fault> {
  const statement = numbered(call.statement);
  if (!statement.ok) return statement;
  const parameters: JsonValue[] = [];
  for (const name of statement.value.names) {
    const source = call.parameters?.[name];
    const value = source === undefined ? undefined : (taken(source, input) ?? null);
    if (value === undefined) return err(refused(["db", "parameters", name], "nothing says where it comes from"));
    // SQL knows no lists, no objects and no truth: JSON text and numbers stand for them.
    parameters.push(typeof value === "boolean" ? Number(value) : isScalar(value) ? value : JSON.stringify(value));
  }
  return ok({ operation: `db.${call.operation}`, sql: statement.value.sql, parameters });
}

const isScalar = (value: JsonValue): value is string | number | boolean | null =>
  typeof value !== "object" || value === null;

const refused = (steps: readonly string[], message: string): Fault =>
  fault("INVALID_PARAMETER", `${steps.at(-1) ?? "the call"}: ${message}`, { place: `call.${steps.join(".")}` });

/** The URL with every {name} filled in; a value is one segment of the path, whatever it holds. */
function filled(call: HttpCall, input: JsonObject): Result<string, Fault> {
  let problem: Fault | null = null;
  const url = call.url.replaceAll(/\{([^{}]*)\}/g, (_, name: string) => {
    const source = call.path?.[name];
    const value = source === undefined ? undefined : taken(source, input);
    const text = value === undefined ? null : (scalarText(value) ?? joined(value, source));
    if (text === null || text === "") {
      problem ??= refused(["http", "path", name], "a part of the path is text or a number, and is not empty");
      return "";
    }
    // `.` and `..` would climb: encoded they are still read as such (WHATWG URL), so they are refused.
    if (text === "." || text === "..") problem ??= refused(["http", "path", name], `${text} is not a part of a path`);
    return encodeURIComponent(text.toWellFormed());
  });
  return problem === null ? ok(url) : err(problem);
}

/** A list as one part of the path, where the source says it is joined. */
function joined(value: JsonValue, source: Parameters<typeof styleOf>[0] | undefined): string | null {
  if (source === undefined || styleOf(source) !== "comma" || !isList(value)) return null;
  return pairsOf("", value, "comma")?.[0]?.[1] ?? null;
}

type Pairs = readonly (readonly [string, Outgoing])[];

function pairs(sources: NonNullable<HttpCall["query"]>, input: JsonObject, member: string): Result<Pairs, Fault> {
  const found: (readonly [string, Outgoing])[] = [];
  for (const [name, source] of Object.entries(sources)) {
    const secret = secretOf(source);
    if (secret !== null) found.push([name, secret]);
    const value = isSecretSource(source) ? undefined : taken(source, input);
    if (value === undefined || value === null) continue;
    const written = pairsOf(name, value, styleOf(source));
    if (written === null) return err(refused(["http", member, name], "an object needs style: deep or json"));
    found.push(...written);
  }
  return ok(found);
}

function headersOf(call: HttpCall, input: JsonObject): Result<Pairs, Fault> {
  const found: (readonly [string, Outgoing])[] = [];
  for (const [name, source] of Object.entries(call.headers ?? {})) {
    const secret = secretOf(source);
    if (secret !== null) found.push([name, secret]);
    const value = isSecretSource(source) ? undefined : taken(source, input);
    if (value === undefined || value === null) continue;
    const style = styleOf(source);
    const written = style === "json" ? JSON.stringify(value) : (scalarText(value) ?? listText(value));
    if (written === null)
      return err(refused(["http", "headers", name], "a header is text, a number or a list of them"));
    if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(written))
      return err(
        refused(["http", "headers", name], "a header's value holds a line break or a character beyond Latin-1"),
      );
    found.push([name, written]);
  }
  return ok(found);
}

/** A list of scalars as one header line. */
function listText(value: JsonValue): string | null {
  if (!isList(value)) return null;
  const texts = value.map(scalarText);
  return texts.every((text) => text !== null) ? texts.join(", ") : null;
}

interface Body {
  readonly type: string | null;
  readonly text: string | undefined;
}

function bodyOf(body: HttpCall["body"], input: JsonObject): Result<Body, Fault> {
  if (body === undefined) return ok({ type: null, text: undefined });
  if ("fields" in body) return ok({ type: "application/json", text: JSON.stringify(assembled(body.fields, input)) });
  if ("json" in body) {
    const value = taken(body.json, input);
    if (value === undefined) return ok({ type: null, text: undefined });
    return ok({ type: "application/json", text: JSON.stringify(value) });
  }
  if ("form" in body) {
    const value = taken(body.form, input);
    if (value === undefined) return ok({ type: null, text: undefined });
    const form = formOf(value);
    if (form === null) return err(refused(["http", "body", "form"], "a form is made of an object"));
    return ok({ type: "application/x-www-form-urlencoded", text: encodedForm(form) });
  }
  const value = taken(body.text, input);
  if (value === undefined) return ok({ type: null, text: undefined });
  const text = scalarText(value);
  if (text === null) return err(refused(["http", "body", "text"], "a body of text is made of text or a number"));
  return ok({ type: body.type ?? "text/plain; charset=utf-8", text });
}

const encodedForm = (form: readonly Pair[]): string =>
  form.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join("&");

/** A value put together from JSON Pointers; numbers in a pointer make lists where they follow each other from 0. */
function assembled(fields: Readonly<Record<string, Parameters<typeof taken>[0]>>, input: JsonObject): JsonValue {
  const tree = new Branch();
  for (const [pointer, source] of Object.entries(fields)) {
    const value = taken(source, input);
    if (value !== undefined) tree.put(pointerSteps(pointer) ?? [], value);
  }
  return tree.built();
}

/** A place in a value that is being put together. */
class Branch {
  readonly #members = new Map<string, Branch>();
  #value: JsonValue | undefined;

  put([first, ...rest]: readonly string[], value: JsonValue): void {
    if (first === undefined) {
      this.#value = value;
      return;
    }
    const next = this.#members.get(first) ?? new Branch();
    this.#members.set(first, next);
    next.put(rest, value);
  }

  built(): JsonValue {
    if (this.#members.size === 0) return this.#value ?? {};
    const names = [...this.#members.keys()];
    const members = [...this.#members].map(([name, branch]): [string, JsonValue] => [name, branch.built()]);
    if (names.every((name, i) => name === String(i))) return members.map(([, value]) => value);
    const base = this.#value;
    return { ...(isObject(base) ? base : {}), ...Object.fromEntries(members) };
  }
}
