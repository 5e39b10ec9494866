import { objectAt } from "../../../contracts/json/narrow.ts";
import { hasErrors, problem, type MetadataProblem } from "../../core/metadata/problem.ts";
import { validateMetadata, type Profile } from "../../core/metadata/profile.ts";
import type { BuiltinNode } from "../../spi/handler.ts";
import { wireProblem } from "../metadata_extract/node.ts";

/** Checks what the fields of a block mean, by the profile that its generation promised to follow. */
export const metadataValidate: BuiltinNode = ({ input }) => {
  const fields = objectAt(input, "document.fields");
  const profile: Profile = input["document.dialect"] === "ONEX" ? "canonical" : "permissive";
  const problems = Object.keys(fields).length === 0 ? [noBlock] : validateMetadata(fields, profile);
  return {
    result: {
      "metadata.validation": { profile, valid: !hasErrors(problems), problems: problems.map(wireProblem) },
    },
  };
};

const noBlock: MetadataProblem = problem("MD001", "the document carries no metadata", "stamp the document");
