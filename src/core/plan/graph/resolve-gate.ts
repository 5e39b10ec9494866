import type { Fault } from "../../errors.ts";
import { err, ok, type Result } from "../../result.ts";
import { MAX_GATE_DEPTH, type Gate, type GateOperand, type GateOperator } from "../model/gate.ts";
import type { GraphSource } from "../model/graph.ts";
import { resolveSource, type Scope } from "./graph-source.ts";
import { planFault, PROBLEM_CODE } from "../model/problem.ts";

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
    const misuse = misuseOf(gate.test.op, gate.test.than, gate.test.path);
    if (misuse !== null) return err(planFault("invalid_gate", misuse, { place, hint: HINT }));
    const value = resolveSource(gate.test.value, scope, `${place}.value`);
    if (!value.ok) return err(asGateFault(value.error));
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

/** What no step yields cannot be asked about; any other fault stays what it is. */
function asGateFault(fault: Fault): Fault {
  const nowhere = fault.code === PROBLEM_CODE.dangling_edge || fault.code === PROBLEM_CODE.unknown_output;
  if (!nowhere) return fault;
  const { message, place, hint } = fault;
  return planFault("gate_unknown_output", `the condition asks about what is not there: ${message}`, {
    ...(place === undefined ? {} : { place }),
    ...(hint === undefined ? {} : { hint }),
  });
}

const HINT =
  "`in` takes a list; lt, lte, gt and gte take a number or a text; contains takes a scalar; paths are JSON Pointers";

function misuseOf(op: GateOperator, than: GateOperand, path: string): string | null {
  if (path !== "" && !/^(\/([^~/]|~[01])*)+$/.test(path)) return `${path} is not a JSON Pointer`;
  if (op === "in" && !Array.isArray(than)) return "`in` needs a list to look in";
  if (op === "contains" && Array.isArray(than)) return "`contains` looks for one value, not for a list";
  const ordering = op === "lt" || op === "lte" || op === "gt" || op === "gte";
  if (ordering && typeof than !== "number" && typeof than !== "string")
    return `${op} needs a number or a text to compare with`;
  return null;
}
