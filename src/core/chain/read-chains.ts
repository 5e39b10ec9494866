import { isObject } from "../../../contracts/json/narrow.ts";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import {
  CHAIN_LISTS,
  chainLinkWire,
  MOST_CHAIN_BYTES,
  MOST_DEPTH,
  type ChainLink,
  type ChainList,
  type Chains,
} from "../../../contracts/documents/chain.ts";
import { RUN_OPERATIONS } from "../../../contracts/documents/operation.ts";
import type { JsonObject, JsonValue } from "../../../contracts/json/json.ts";
import { faultsOfIssues, jsonPath } from "../envelope/refusal.ts";
import { fault, type ErrorCode, type Fault } from "../errors.ts";
import { err, ok, type Result } from "../result.ts";
import { readReference } from "./reference.ts";

/** The lists as they arrived: anything at all in each. */
export type WrittenChains = { readonly [L in ChainList]?: unknown };

type Path = readonly PropertyKey[];

/**
 * Reads the lists of an envelope, all levels of them: shapes, payloads, the grammar of references, depth and size. The
 * refusals are all there are; null when there is nothing to send. Whether what a reference names exists is another
 * question: see checkReferences.
 */
export function readChains(
  written: WrittenChains,
  code: ErrorCode = "ENVELOPE_VALIDATION_ERROR",
): Result<Chains | null, readonly Fault[]> {
  const faults: Fault[] = [];
  const chains = readLists(written, { path: [], depth: 1, code, faults });
  if (faults.length > 0) return err(faults);
  if (isEmpty(chains)) return ok(null);
  const bytes = utf8ToBytes(JSON.stringify(chains)).length;
  if (bytes <= MOST_CHAIN_BYTES) return ok(chains);
  return err([
    fault(code, `the envelopes to send take ${bytes} bytes, at most ${MOST_CHAIN_BYTES} are possible`, {
      place: "$.on_success",
      hint: "refer to values of the run with $from instead of repeating them",
    }),
  ]);
}

interface Walk {
  readonly path: Path;
  /** 1 for the envelope's own lists. */
  readonly depth: number;
  readonly code: ErrorCode;
  readonly faults: Fault[];
}

function readLists(written: WrittenChains, walk: Walk): Chains {
  const chains: { -readonly [L in ChainList]?: readonly ChainLink[] } = {};
  for (const name of CHAIN_LISTS) {
    const list = written[name];
    if (!Array.isArray(list) || list.length === 0) continue;
    if (walk.depth > MOST_DEPTH) {
      const place = jsonPath([...walk.path, name]);
      walk.faults.push(
        fault("CHAIN_TOO_DEEP", `envelopes within envelopes go deeper than ${MOST_DEPTH} levels`, {
          place,
          hint: "let a node send the rest",
        }),
      );
      continue;
    }
    chains[name] = list.flatMap((link: unknown, index) => {
      const read = readLink(link, { ...walk, path: [...walk.path, name, index] });
      return read ? [read] : [];
    });
  }
  return chains;
}

function readLink(written: unknown, walk: Walk): ChainLink | null {
  const { path, code, faults } = walk;
  const shaped = chainLinkWire.safeParse(written);
  if (!shaped.success) {
    faults.push(...faultsOfIssues(code, shaped.error.issues, { schema: chainLinkWire, at: path }));
    return null;
  }
  const { operation, payload, target_node: target, tags, ...lists } = shaped.data;
  const schema = RUN_OPERATIONS[operation].payload;
  const planned = schema.safeParse(payload);
  if (!planned.success)
    faults.push(...faultsOfIssues(code, planned.error.issues, { schema, at: [...path, "payload"] }));
  for (const [field, key, value] of valuesOf(payload)) {
    const read = readReference(value, jsonPath([...path, "payload", field, key]));
    if (!read.ok) faults.push(read.error);
  }
  return {
    operation,
    payload,
    ...(target === null || target === undefined ? {} : { target_node: target }),
    ...(tags === undefined ? {} : { tags }),
    ...readLists(lists, { ...walk, depth: walk.depth + 1 }),
  };
}

/** The fields of a payload whose values may be references. */
export const VALUE_FIELDS = [...new Set(Object.values(RUN_OPERATIONS).map(({ values }) => values))];

/** Every value of a payload that may be a reference, with the field and the key it stands under. */
export function valuesOf(payload: JsonObject): readonly (readonly [field: string, key: string, value: JsonValue])[] {
  return VALUE_FIELDS.flatMap((field) => {
    const values = payload[field];
    if (!isObject(values)) return [];
    return Object.entries(values).map(([key, value]) => [field, key, value] as const);
  });
}

const isEmpty = (chains: Chains): boolean => CHAIN_LISTS.every((name) => (chains[name] ?? []).length === 0);
