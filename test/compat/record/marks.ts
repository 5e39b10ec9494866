import { encodeMark, newMark } from "../../../src/core/run/quarantine/mark.ts";
import { STORED_FORMS } from "../../../src/core/stored/forms.ts";

const AT = 1_780_000_000_000;

/** A mark of each reason to set a run aside. */
export function recordMarks(): readonly string[] {
  const said = { message: "a run is stored in version 9, and this deployment reads up to 1", since: AT };
  return [
    newMark(
      { code: "RECORD_NEWER", ...said, hint: "deploy the release that wrote it, or a later one" },
      STORED_FORMS,
      AT,
    ),
    newMark({ code: "RECORD_UNREADABLE", message: "it is no JSON", since: AT }, STORED_FORMS, AT),
    newMark({ code: "RUN_UNDECIDABLE", message: "the tick of a run cannot be decided", since: AT }, STORED_FORMS, AT),
    {
      ...newMark({ code: "RUN_UNSTORABLE", message: "a part is too large", since: AT }, STORED_FORMS, AT),
      counted: true as const,
    },
  ].map((mark) => encodeMark(mark, STORED_FORMS));
}
