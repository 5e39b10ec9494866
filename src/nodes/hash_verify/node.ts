import { textAt } from "../../../contracts/json/narrow.ts";
import { readBlock } from "../../core/metadata/read.ts";
import type { BuiltinNode } from "../../spi/handler.ts";

/** Says what a document's hash is worth. */
export const hashVerify: BuiltinNode = ({ input }) => {
  const { hash, dialect, declaredHash, computedHash } = readBlock(textAt(input, "document.text"));
  return {
    result: {
      "hash.verdict": { verdict: hash, dialect: dialect ?? "none", declared: declaredHash, computed: computedHash },
    },
  };
};
