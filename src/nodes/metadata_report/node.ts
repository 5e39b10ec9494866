import { isList, objectAt, textAt } from "../../../contracts/json/narrow.ts";
import type { JsonValue } from "../../../contracts/json/json.ts";
import type { BuiltinNode } from "../../spi/handler.ts";

/** Joins what the three other nodes found out about a document. Verdicts stay apart: none is folded into another. */
export const metadataReport: BuiltinNode = ({ input }) => {
  const fields = objectAt(input, "document.fields");
  const validation = objectAt(input, "metadata.validation");
  const verdict = objectAt(input, "hash.verdict");
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
        dialect: textAt(input, "document.dialect"),
        hash: textAt(verdict, "verdict"),
        profile: textAt(validation, "profile"),
        valid: validation["valid"] === true,
        problems: [...listOf(input["document.problems"]), ...listOf(validation["problems"])],
      },
    },
  };
};

const listOf = (value: JsonValue | undefined): readonly JsonValue[] => (isList(value) ? value : []);
