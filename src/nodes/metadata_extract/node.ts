import { textAt } from "../../../contracts/json/narrow.ts";
import type { JsonObject } from "../../../contracts/json/json.ts";
import type { MetadataProblem } from "../../core/metadata/problem.ts";
import { readBlock } from "../../core/metadata/read.ts";
import type { BuiltinNode } from "../../spi/handler.ts";

/** Reads the metadata block off a document's text, in whatever dialect it was written. */
export const metadataExtract: BuiltinNode = ({ input }) => {
  const reading = readBlock(textAt(input, "document.text"));
  return {
    result: {
      "document.fields": reading.fields,
      "document.body": reading.body,
      "document.dialect": reading.dialect ?? "none",
      "document.problems": reading.errors.map(wireProblem),
    },
  };
};

/** A finding as it travels: the same names, `line` null where there is none. */
export const wireProblem = ({ code, severity, message, line, field, hint }: MetadataProblem): JsonObject => ({
  code,
  severity,
  message,
  line,
  ...(field === undefined ? {} : { field }),
  hint,
});
