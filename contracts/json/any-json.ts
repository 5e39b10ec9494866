import { jsonObject, jsonValue } from "./json.ts";

/** Any JSON value, described for generators of JSON Schema and OpenAPI, which cannot look into a check. */
export const anyJson = (description: string) =>
  jsonValue.meta({ type: ["object", "array", "string", "number", "boolean", "null"], description });

/** Any JSON object or null, described likewise. */
export const anyObjectOrNull = (description: string) =>
  jsonObject.nullable().meta({ type: ["object", "null"], additionalProperties: true, description });

/** Any JSON object, described likewise. */
export const anyObject = (description: string) =>
  jsonObject.meta({ type: "object", additionalProperties: true, description });
