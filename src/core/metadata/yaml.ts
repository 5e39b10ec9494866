import type { CST, Document, ParsedNode } from "yaml";
import { Composer, isAlias, isMap, isNode, isScalar, isSeq, Lexer, LineCounter, Parser } from "yaml";
import type { JsonValue } from "../../../contracts/json/json.ts";
import { numberFlaw } from "../json/number-flaw.ts";
import { readJson } from "../json/read-json.ts";
import type { Result } from "../result.ts";
import { err, ok } from "../result.ts";

/** Why a YAML text was refused, and the 1-based line where. */
export interface YamlFault {
  readonly message: string;
  readonly line: number;
}

/** Beyond these a document is refused unread. */
export interface YamlLimits {
  /** UTF-16 code units; default 256 Ki. */
  readonly maxLength: number;
  /** Nested maps and lists; default 64. */
  readonly maxDepth: number;
  /** Words, marks and line ends, as the parser counts them; default 16,000. Text that is JSON is not counted. */
  readonly maxTokens: number;
  /** Refuses numbers that a double does not keep; by default they stay the text they are written as. */
  readonly exact: boolean;
}

const DEFAULT_LIMITS: YamlLimits = { maxLength: 256 * 1024, maxDepth: 64, maxTokens: 16_000, exact: false };

/**
 * Reads one YAML document as JSON, in time linear in its length whatever it holds. Stricter than YAML where YAML is a
 * weapon or a surprise: aliases, custom tags, keys that are not scalars, duplicate keys, a second document and nesting
 * deeper than the limit are refused, and so are texts that are not whole Unicode. Dates stay strings (core schema of YAML
 * 1.2), and so do .inf and .nan, and numbers that a double would change. An empty document is null.
 */
export function readYaml(text: string, limits: Partial<YamlLimits> = {}): Result<JsonValue, YamlFault> {
  const { maxLength, maxDepth, maxTokens, exact } = { ...DEFAULT_LIMITS, ...limits };
  if (text.length > maxLength) return err({ message: `the document is longer than ${maxLength} characters`, line: 1 });
  // JSON is YAML, and is read a hundred times as fast. What is wrong with it is told in the words of YAML.
  const json = /^\s*[[{]/.test(text) ? readJson(text, maxDepth) : null;
  if (json?.ok === true) return json;
  const lines = new LineCounter();
  try {
    const document = compose(text, lines, maxTokens);
    return document.contents === null ? ok(null) : convert(document.contents, maxDepth, { lines, exact });
  } catch (thrown) {
    if (thrown instanceof Flaw) return err({ message: thrown.message, line: lineAt(lines, thrown.offset) });
    // Only stack exhaustion reaches this point: the parser is recursive over nesting.
    return err({ message: `nesting is deeper than ${maxDepth} levels`, line: 1 });
  }
}

/** The first thing that is wrong. Whatever else may be is not looked for: every finding of the library costs a stack trace. */
class Flaw extends Error {
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

type Source = number | readonly number[] | { readonly offset: number };

const OPTIONS = {
  version: "1.2",
  schema: "core",
  // The library compares every pair of keys; duplicates are found below in linear time.
  uniqueKeys: false,
  prettyErrors: false,
  logLevel: "error",
} as const;

function compose(text: string, lines: LineCounter, maxTokens: number): Document.Parsed<ParsedNode> {
  const composer = new Composer(OPTIONS);
  let flaw: Flaw | null = null;
  // The library's own collects; a test says so when it is named otherwise one day. What is thrown comes back here from
  // every level above, and so does an exhausted stack.
  Object.defineProperty(composer, "onError", {
    value: (source: Source, code: string, message: string) => {
      if (flaw === null && code === "RESOURCE_EXHAUSTION") throw new RangeError(message);
      throw (flaw ??= new Flaw(message, offsetOf(source)));
    },
  });
  let first: Document.Parsed<ParsedNode> | null = null;
  for (const document of composer.compose(sound(tokens(text, lines, maxTokens)), true, text.length)) {
    if (first !== null) throw new Flaw("the text holds more than one document", document.range[0]);
    first = document;
  }
  const problem = first?.errors[0] ?? first?.warnings[0];
  if (problem !== undefined) throw new Flaw(problem.message, problem.pos[0]);
  if (first === null) throw new Flaw("the text holds no document", 0);
  return first;
}

function* tokens(text: string, lines: LineCounter, most: number): Generator<CST.Token> {
  const parser = new Parser(lines.addNewLine);
  lines.addNewLine(0);
  let left = most;
  for (const lexeme of new Lexer().lex(text)) {
    if (left-- <= 0) throw new Flaw(`the document has more than ${most} words and marks`, parser.offset);
    yield* parser.next(lexeme);
  }
  yield* parser.end();
}

function* sound(all: Iterable<CST.Token>): Generator<CST.Token> {
  for (const token of all) {
    if (token.type === "error") throw new Flaw(token.message, token.offset);
    yield token;
  }
}

function offsetOf(source: Source): number {
  if (typeof source === "number") return source;
  return "offset" in source ? source.offset : (source[0] ?? 0);
}

function lineAt(lines: LineCounter, offset: number): number {
  return Math.max(1, lines.linePos(offset).line);
}

interface Reading {
  readonly lines: LineCounter;
  readonly exact: boolean;
}

/** `.inf` and `.nan`: words, though YAML calls them numbers. */
const SPECIAL = /^[-+]?\.[a-z]/i;

/** The library's own conversion prints complex keys at exponential cost, hence this walk. */
function convert(node: unknown, depth: number, reading: Reading): Result<JsonValue, YamlFault> {
  const { lines, exact } = reading;
  const refuse = (message: string): Result<never, YamlFault> =>
    err({ message, line: lineAt(lines, isNode(node) ? (node.range?.[0] ?? 0) : 0) });
  if (node === null || node === undefined) return ok(null);
  if (isAlias(node)) return refuse("aliases are not accepted");
  if (isScalar(node)) {
    const value: unknown = node.value;
    if (typeof value === "number") {
      const flaw = numberFlaw(value, node.source);
      if (flaw && exact && !SPECIAL.test(node.source ?? "")) return refuse(`this ${flaw.message}: ${flaw.hint}`);
      const source = node.source ?? String(value);
      return ok(flaw && source !== String(value) ? source : value);
    }
    if (typeof value === "string" && !value.isWellFormed()) return refuse("this text holds half of a surrogate pair");
    return typeof value === "string" || typeof value === "boolean" || value === null
      ? ok(value)
      : refuse("this kind of value is not accepted");
  }
  if (depth === 0) return refuse("the document is nested too deeply");
  if (isSeq(node)) {
    const list: JsonValue[] = [];
    for (const item of node.items) {
      const value = convert(item, depth - 1, reading);
      if (!value.ok) return value;
      list.push(value.value);
    }
    return ok(list);
  }
  if (!isMap(node)) return refuse("this kind of value is not accepted");
  const members = new Map<string, JsonValue>();
  for (const pair of node.items) {
    const key: unknown = pair.key;
    if (key !== null && !isScalar(key)) return refuse("a key must be a plain string");
    const name = key === null ? "" : (key.source ?? String(key.value));
    if (!name.isWellFormed()) return refuse("a key holds half of a surrogate pair");
    if (members.has(name)) {
      return err({ message: `the key ${name} is given twice`, line: lineAt(lines, key?.range?.[0] ?? 0) });
    }
    const value = convert(pair.value, depth - 1, reading);
    if (!value.ok) return value;
    members.set(name, value.value);
  }
  // Object.fromEntries defines own properties, so a key named __proto__ stays data.
  return ok(Object.fromEntries(members));
}
