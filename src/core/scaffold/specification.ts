import type { JsonValue } from "../../../contracts/json/json.ts";
import { scaffoldSpecification, type ScaffoldSpecification } from "../../../contracts/documents/scaffold.ts";
import { fault, type Fault } from "../errors.ts";
import { err, ok, type Result } from "../result.ts";

/** Reads a specification with its defaults filled in. SCAFFOLD_INVALID lists everything that is wrong with it at once. */
export function parseSpecification(value: JsonValue): Result<ScaffoldSpecification, Fault> {
  const parsed = scaffoldSpecification.safeParse(value);
  if (parsed.success) return ok(parsed.data);
  const problems = parsed.error.issues.map((issue) => ({ place: placeOf(issue.path), message: issue.message }));
  const [first] = problems;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : "";
  return err(
    fault(
      "SCAFFOLD_INVALID",
      `the specification is not valid: ${first?.place ?? "$"}: ${first?.message ?? ""}${more}`,
      {
        ...(first ? { place: first.place } : {}),
        hint: "contracts/schemas/scaffold-specification.schema.json describes a specification",
        details: problems,
      },
    ),
  );
}

const placeOf = (path: readonly PropertyKey[]): string =>
  path.reduce<string>((place, key) => {
    if (typeof key === "number") return `${place}[${key}]`;
    const name = String(key);
    return /^[A-Za-z_]\w*$/.test(name) ? `${place}.${name}` : `${place}[${JSON.stringify(name)}]`;
  }, "$");
