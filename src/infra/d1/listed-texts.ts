import { STORED_FORMS } from "../../core/stored/forms.ts";
import { readFitting } from "../../core/stored/stored-form.ts";

/** A column with a JSON list of texts. Null, and a list that cannot be read here, have none: a row is found without it. */
export function listedTexts(json: string | null): readonly string[] {
  if (json === null) return [];
  const read = readFitting<readonly string[]>(STORED_FORMS["listed texts"], json, (list) =>
    list.every((text) => typeof text === "string"),
  );
  return read.ok ? read.value : [];
}
