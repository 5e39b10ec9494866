import { isList, isObject } from "../../../contracts/json/narrow.ts";
import type { JsonObject, JsonValue } from "../../../contracts/json/json.ts";
import { pointerSteps, valueAt } from "../contract/json-path.ts";

/** How many references may lead from one to the next before they are taken for a circle. */
const MAX_HOPS = 50;

/** An OpenAPI document (3.1, or 3.0 brought up to it), read by its JSON Pointers. */
export class OpenApiDocument {
  readonly root: JsonObject;

  constructor(root: JsonObject) {
    this.root = root;
  }

  /** The object a value is, or its local references lead to; null when they lead elsewhere, nowhere or in a circle. */
  object(value: JsonValue | undefined): JsonObject | null {
    let found: JsonValue | undefined = value;
    for (let hops = 0; hops < MAX_HOPS; hops++) {
      if (!isObject(found)) return null;
      const reference = found["$ref"];
      if (typeof reference !== "string") return found;
      found = this.at(reference);
    }
    return null;
  }

  /** What a local reference leads to; undefined for another document's. */
  at(reference: string): JsonValue | undefined {
    const steps = reference.startsWith("#") ? pointerSteps(reference) : null;
    return steps === null ? undefined : asJson(valueAt(this.root, steps));
  }

  /** The title, for names. */
  get title(): string {
    const info = this.object(this.root["info"]);
    return typeof info?.["title"] === "string" ? info["title"] : "api";
  }
}

/** What is in a document is JSON: it was read from JSON or YAML. */
const isJson = (value: unknown): value is JsonValue => value !== undefined;
const asJson = (value: unknown): JsonValue | undefined => (isJson(value) ? value : undefined);

/** A list of objects, references resolved; what is none is left out. */
export const objectsIn = (document: OpenApiDocument, value: JsonValue | undefined): readonly JsonObject[] =>
  listOf(value).flatMap((one) => {
    const found = document.object(one);
    return found === null ? [] : [found];
  });

/** The items of a list; none for anything else. */
export const listOf = (value: JsonValue | undefined): readonly JsonValue[] => (isList(value) ? value : []);

/** A member that is text. */
export const textOf = (object: JsonObject, member: string): string | null => {
  const value = object[member];
  return typeof value === "string" ? value : null;
};
