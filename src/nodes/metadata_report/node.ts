import type { JsonObject, JsonValue } from "../../../contracts/json/json.ts";
import type { BuiltinNode } from "../../spi/handler.ts";

/** Joins what the three other nodes found out about a document. Verdicts stay apart: none is folded into another. */
export const metadataReport: BuiltinNode = ({ input }) => {
  const fields = input["document.fields"] as JsonObject;
  const validation = input["metadata.validation"] as JsonObject;
  const verdict = input["hash.verdict"] as JsonObject;
  const textOf = (name: string): string | null => {
    const value = fields[name];
    return typeof value === "string" ? value : null;
  };
  return {
    result: {
      "metadata.report": {
        name: textOf("name"),
        version: textOf("version"),
        uuid: textOf("uuid"),
        lifecycle: textOf("lifecycle"),
        dialect: input["document.dialect"] as string,
        hash: verdict["verdict"] as string,
        profile: validation["profile"] as string,
        valid: validation["valid"] as boolean,
        problems: [...listOf(input["document.problems"]), ...listOf(validation["problems"])],
      },
    },
  };
};

const listOf = (value: JsonValue | undefined): readonly JsonValue[] =>
  Array.isArray(value) ? (value as readonly JsonValue[]) : [];
