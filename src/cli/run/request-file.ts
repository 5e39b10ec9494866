import { isObject } from "../../../contracts/json/narrow.ts";
import { operationOfPayload, valuesField } from "../../../contracts/documents/operation.ts";
import type { JsonObject, JsonValue } from "../../../contracts/json/json.ts";
import { isForeignPlan } from "../../core/plan/import/import-plan.ts";
import { readDraft } from "../../core/envelope/read-draft.ts";
import { MAX_JSON_DEPTH } from "../../core/json/read-json.ts";
import { MAX_SNAPSHOT_DEPTH, SNAPSHOT_FORMAT } from "../../core/run/codec/snapshot.ts";
import { isStandardInput, textIn } from "../files/read-file.ts";
import { placeOf, strictDocument } from "../files/strict-document.ts";
import { isPlan, planDocumentOf } from "../plan/plan-document.ts";
import { CommandFailure, type Shell, usageFailure } from "../shell.ts";
import type { RunDocument } from "./document-envelope.ts";

/** What a file asks to be run: an envelope, on the wire's form, a document that becomes one, or an exported run to be run again. */
export type FileRequest =
  | { readonly kind: "document"; readonly document: RunDocument }
  | { readonly kind: "envelope"; readonly envelope: JsonObject }
  | { readonly kind: "snapshot"; readonly snapshot: JsonObject; readonly given: JsonObject };

const SENDER = "onex-command";

/** Reads the file of `onex run`: whatever `onex plan` takes, or an exported run. `-` is standard input. */
export async function requestIn(path: string, inputs: JsonObject, shell: Shell): Promise<FileRequest> {
  const value = parse(await textIn(path, shell), path);
  if (!isObject(value)) throw usageFailure(`${nameOf(path)} holds nothing to run`, KINDS);
  if (value["format"] === SNAPSHOT_FORMAT) return { kind: "snapshot", snapshot: value, given: inputs };
  const document = documentOf(value, path);
  return document ? { kind: "document", document } : envelopeRequest(envelopeOf(value, path), path, inputs);
}

/** An envelope from the command, with the values of the command line. */
export function envelopeRequest(
  asked: JsonObject & { readonly payload: JsonValue },
  path: string,
  inputs: JsonObject,
): Extract<FileRequest, { readonly kind: "envelope" }> {
  const envelope = { source_node: SENDER, ...asked };
  const read = readDraft(envelope);
  if (!read.ok) {
    const wrong = read.error.map(({ message, hint }) => (hint === undefined ? message : `${message} (${hint})`));
    throw usageFailure(`${nameOf(path)} is no envelope: ${wrong.join("; ")}`);
  }
  return { kind: "envelope", envelope: withInputs(envelope, inputs) };
}

/** An envelope with further tags. Tags of other shapes are left to be refused with the envelope. */
export function withTags(envelope: JsonObject, tags: readonly string[]): JsonObject {
  if (tags.length === 0) return envelope;
  const { metadata } = envelope;
  const about = isObject(metadata) ? metadata : {};
  const { tags: own = [] } = about;
  const pairs = isObject(own)
    ? Object.entries(own).map(([key, value]) => `${key}=${typeof value === "string" ? value : JSON.stringify(value)}`)
    : own;
  const known: readonly JsonValue[] = Array.isArray(pairs) ? (pairs as readonly JsonValue[]) : [];
  return { ...envelope, metadata: { ...about, tags: [...new Set([...known, ...tags])] } };
}

/** Reads a file that can only be an exported run. */
export async function snapshotIn(path: string, shell: Shell): Promise<JsonObject> {
  const value = parse(await textIn(path, shell), path);
  if (isObject(value) && value["format"] === SNAPSHOT_FORMAT) return value;
  throw usageFailure(`${nameOf(path)} is no exported run`, "write one with `onex runs export ID`");
}

const KINDS =
  "it is an envelope {operation, payload}, a goal {want, given}, a graph {steps, given}, a node {node, input}, an exported run, " +
  "a plan, or a document of the earlier project that `onex plan` takes";

/** A plan made before or a document of the earlier project; null when the file is neither. */
function documentOf(value: JsonObject, path: string): RunDocument | null {
  if (typeof value["operation"] === "string" || !(isPlan(value) || isForeignPlan(value))) return null;
  const read = planDocumentOf(value);
  if (!read.ok) {
    const { code, message, place, hint } = read.error;
    const where = place === undefined ? "" : ` (${place})`;
    throw new CommandFailure(`${nameOf(path)}: ${message}${where}`, { code, ...(hint === undefined ? {} : { hint }) });
  }
  return read.value.kind === "request" ? null : read.value;
}

function envelopeOf(value: JsonObject, path: string): JsonObject & { readonly payload: JsonValue } {
  const { payload } = value;
  if (typeof value["operation"] === "string" && payload !== undefined) return { ...value, payload };
  const operation = operationOfPayload(value);
  if (operation) return { operation, payload: value };
  throw usageFailure(`${nameOf(path)} holds nothing to run`, KINDS);
}

/** The values of the command line go before those of the file. Names without values give way to them. */
function withInputs(envelope: JsonObject & { readonly payload: JsonValue }, inputs: JsonObject): JsonObject {
  const { payload } = envelope;
  if (Object.keys(inputs).length === 0 || !isObject(payload)) return envelope;
  const { operation } = envelope;
  const member = valuesField(typeof operation === "string" ? operation : "");
  const known = payload[member];
  return { ...envelope, payload: { ...payload, [member]: { ...(isObject(known) ? known : {}), ...inputs } } };
}

function parse(text: string, path: string): JsonValue {
  const maxDepth = text.includes(SNAPSHOT_FORMAT) ? MAX_SNAPSHOT_DEPTH : MAX_JSON_DEPTH;
  const read = strictDocument(text, { isJson: path.endsWith(".json"), maxDepth });
  if (read.ok) return read.value;
  throw usageFailure(`${nameOf(path)}:${placeOf(read.error)}: ${read.error.message}`, read.error.hint);
}

const nameOf = (path: string): string => (isStandardInput(path, "/") ? "standard input" : path);
