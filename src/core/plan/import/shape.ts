import type { JsonValue } from "../../../../contracts/json/json.ts";
import type { Fault } from "../../errors.ts";
import { err, ok, type Result } from "../../result.ts";
import { planFault } from "../model/problem.ts";

/** What a schema of contracts/documents/foreign-plans.ts can do. */
interface Shape<T> {
  safeParse(value: unknown):
    | { readonly success: true; readonly data: T }
    | {
        readonly success: false;
        readonly error: {
          readonly issues: readonly { readonly message: string; readonly path: readonly PropertyKey[] }[];
        };
      };
}

/** Checks a document against the shape of its dialect; the fault names the first place that is off. */
export function shaped<T>(schema: Shape<T>, value: JsonValue, dialect: string): Result<T, Fault> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return ok(parsed.data);
  const [issue] = parsed.error.issues;
  return err(
    planFault("not_a_plan", `not a valid ${dialect}: ${issue?.message ?? "wrong shape"}`, {
      place: issue ? pathOf(issue.path) : "$",
      hint: `correct this field of the ${dialect}`,
    }),
  );
}

const pathOf = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (place, step) => (typeof step === "number" ? `${place}[${step}]` : `${place}.${String(step)}`),
    "$",
  );
