import type { Fault } from "../errors.ts";
import { err, ok, type Result } from "../result.ts";
import { MAX_GATE_DEPTH, type Gate } from "./gate.ts";
import type { GraphSource } from "./graph.ts";
import { resolveSource, type Scope } from "./graph-source.ts";
import { planFault } from "./problem.ts";

/** Resolves the values a condition asks about. Gates deeper than MAX_GATE_DEPTH are refused, so recursion is bounded. */
export function resolveGate(gate: Gate<GraphSource>, scope: Scope, place: string, depth = 1): Result<Gate, Fault> {
  if (depth > MAX_GATE_DEPTH) {
    return err(
      planFault("invalid_gate", `the condition is nested more than ${MAX_GATE_DEPTH} deep`, {
        place,
        hint: "put all parts into one `all` or `any`",
      }),
    );
  }
  if ("test" in gate) {
    const value = resolveSource(gate.test.value, scope, `${place}.value`);
    if (!value.ok) return value;
    return ok({ test: { value: value.value, path: gate.test.path, op: gate.test.op, than: gate.test.than } });
  }
  if ("not" in gate) {
    const inner = resolveGate(gate.not, scope, `${place}.not`, depth + 1);
    return inner.ok ? ok({ not: inner.value }) : inner;
  }
  const name = "all" in gate ? "all" : "any";
  const parts: Gate[] = [];
  for (const [i, part] of ("all" in gate ? gate.all : gate.any).entries()) {
    const resolved = resolveGate(part, scope, `${place}.${name}[${i}]`, depth + 1);
    if (!resolved.ok) return resolved;
    parts.push(resolved.value);
  }
  return ok(name === "all" ? { all: parts } : { any: parts });
}
