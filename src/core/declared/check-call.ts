import type { CallBlock, DbCall, HttpCall } from "../../../contracts/documents/call.ts";
import type { PathStep } from "../contract/json-path.ts";
import { contractProblem, type ContractProblem } from "../contract/contract-problem.ts";
import { quoted } from "../text/clip.ts";
import { outputsOf } from "./answer.ts";
import { numbered } from "./named-parameters.ts";
import { isSecretSource, keyOf } from "./source.ts";

/** What the contract says beside its call. */
export interface CallSurroundings {
  /** Input keys; those that are optional are mapped to true. */
  readonly inputs: ReadonlyMap<string, boolean>;
  readonly outputs: ReadonlySet<string>;
}

/** Headers whose value is a secret, or says who calls. */
const SECRET_HEADERS = /^(authorization|proxy-authorization|cookie|x-api-key|api-key|x-auth-token|x-access-token)$/i;
/** Query parameters that are secrets by their name. */
const SECRET_PARAMETERS = /^(api[_-]?key|apikey|access[_-]?token|token|secret|password)$/i;
/** Headers that belong to the connection and are nobody's to set. */
const FORBIDDEN_HEADERS =
  /^(host|connection|content-length|transfer-encoding|upgrade|keep-alive|te|trailer|expect|proxy-.*|cf-.*|x-forwarded-.*|forwarded|via)$/i;

/**
 * Everything that keeps a call block from being used: keys that are no inputs or outputs of the node; parameters
 * of the URL or the statement that come from nowhere, or are given and never used; a secret that is written out.
 */
export function callProblems(call: CallBlock, around: CallSurroundings): readonly ContractProblem[] {
  const found: Found = [];
  if (call.http !== undefined) found.push(...httpProblems(call.http, around));
  if (call.db !== undefined) found.push(...dbProblems(call.db, around));
  return [...found, ...outputProblems(call, around)];
}

type Found = ContractProblem[];

function httpProblems(call: HttpCall, around: CallSurroundings): Found {
  const { url, path = {}, query = {}, headers = {}, body } = call;
  const found: Found = [];
  const used = new Set([...url.matchAll(/\{([^{}]*)\}/g)].map(([, name]) => name ?? ""));
  found.push(...unmatched(used, new Set(Object.keys(path)), ["call", "http", "path"], "the URL"));
  for (const [name, source] of Object.entries(path)) {
    sourceProblems(source, ["call", "http", "path", name], around, found);
    const key = keyOf(source);
    if (key !== null && around.inputs.get(key) === true)
      found.push(
        problem(
          ["call", "http", "path", name],
          `${key} is optional, and a path needs all its parts`,
          "make it a required input",
        ),
      );
  }
  for (const [name, source] of Object.entries(query)) {
    sourceProblems(source, ["call", "http", "query", name], around, found);
    if (SECRET_PARAMETERS.test(name) && isConstant(source)) found.push(inlineSecret(["call", "http", "query", name]));
  }
  for (const [name, source] of Object.entries(headers)) {
    const place = ["call", "http", "headers", name];
    sourceProblems(source, place, around, found);
    if (FORBIDDEN_HEADERS.test(name))
      found.push(problem(place, `the header ${name} belongs to the connection`, "leave it out"));
    if (SECRET_HEADERS.test(name) && isConstant(source)) found.push(inlineSecret(place));
  }
  if (/^https?:\/\/[^/]*@/.test(url))
    found.push(problem(["call", "http", "url"], "a URL holds no user and no password", "give a header a secret_ref"));
  if (body !== undefined) {
    const [kind] = Object.keys(body);
    if (call.method === "get")
      found.push(problem(["call", "http", "body"], "a get has no body", "use query, or another method"));
    const sources = "fields" in body ? Object.entries(body.fields) : [];
    for (const [pointer, source] of sources)
      sourceProblems(source, ["call", "http", "body", "fields", pointer], around, found);
    const single = "json" in body ? body.json : "form" in body ? body.form : "text" in body ? body.text : undefined;
    if (single !== undefined) sourceProblems(single, ["call", "http", "body", kind ?? ""], around, found);
  }
  return found;
}

function dbProblems({ statement, parameters = {} }: DbCall, around: CallSurroundings): Found {
  const found: Found = [];
  const read = numbered(statement);
  if (!read.ok) found.push(problem(["call", "db", "statement"], read.error.message, read.error.hint ?? ""));
  else
    found.push(
      ...unmatched(
        new Set(read.value.names),
        new Set(Object.keys(parameters)),
        ["call", "db", "parameters"],
        "the statement",
      ),
    );
  for (const [name, source] of Object.entries(parameters))
    sourceProblems(source, ["call", "db", "parameters", name], around, found);
  return found;
}

/** Both directions: what is used and comes from nowhere, what is given and used nowhere. */
function unmatched(
  used: ReadonlySet<string>,
  given: ReadonlySet<string>,
  place: readonly string[],
  whole: string,
): Found {
  const missing = [...used].filter((name) => !given.has(name));
  const idle = [...given].filter((name) => !used.has(name));
  return [
    ...missing.map((name) =>
      problem(place, `${whole} names ${quoted(name)}, and nothing says what it is`, `add ${name} here`),
    ),
    ...idle.map((name) => problem([...place, name], `${whole} does not use ${quoted(name)}`, "remove it, or use it")),
  ];
}

function sourceProblems(
  source: Parameters<typeof keyOf>[0],
  place: readonly PathStep[],
  { inputs }: CallSurroundings,
  found: Found,
): void {
  const key = keyOf(source);
  if (key === null || inputs.has(key)) return;
  found.push(problem(place, `${quoted(key)} is no input of the node`, "declare it in input_contract"));
}

function outputProblems(call: CallBlock, { outputs }: CallSurroundings): Found {
  const place = ["call", call.http === undefined ? "db" : "http", "output"];
  const given = Object.keys(outputsOf(call));
  const unknown = given.filter((key) => !outputs.has(key));
  const missing = [...outputs].filter((key) => !given.includes(key));
  return [
    ...unknown.map((key) =>
      problem([...place, key], `${quoted(key)} is no output of the node`, "declare it in output_contract"),
    ),
    ...missing.map((key) =>
      problem(place, `nothing says where the output ${quoted(key)} is`, `add ${key} with a JSON Pointer`),
    ),
  ];
}

const isConstant = (source: Parameters<typeof keyOf>[0]): boolean => !isSecretSource(source) && keyOf(source) === null;

const inlineSecret = (place: readonly PathStep[]): ContractProblem =>
  problem(
    place,
    "a secret is never written into a contract",
    "name it: {secret_ref: NAME}, and bind NAME where it runs",
  );

const problem = (place: readonly PathStep[], message: string, hint: string): ContractProblem =>
  contractProblem("ST001", place, message, hint);
