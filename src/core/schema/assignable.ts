import type { JsonSchema } from "../../../contracts/json.ts";
import type { Fit } from "./fit.ts";

/** Whether every instance of `from` is an instance of `to`. Sound: `yes` is never said of schemas a value could tell apart. */
export function assignable(from: JsonSchema, to: JsonSchema): Fit {
  const kinds = Object.keys(to);
  if (kinds.length === 0) return { fit: "yes" };
  if (kinds.length === 1 && typeof to.type === "string" && typeof from.type === "string") {
    if (from.type === to.type) return { fit: "yes" };
    if (from.type === "integer" && to.type === "number") return { fit: "yes" };
    if (from.type !== "number" || to.type !== "integer") {
      return { fit: "no", place: "$", reason: `${from.type} is not ${to.type}` };
    }
  }
  return { fit: "unknown", reason: "the schemas are not compared" };
}
