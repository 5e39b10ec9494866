import { isList } from "../../../../contracts/json/narrow.ts";
import type { JsonObject, JsonValue } from "../../../../contracts/json/json.ts";
import { Evaluated } from "./evaluated.ts";
import type { Run } from "./run.ts";

/**
 * Asks one thing of a value; says what is wrong through the run. `seen` is there when somebody wants to know what was
 * spoken of.
 */
export type Check<T extends JsonValue = JsonValue> = (value: T, run: Run, seen: Evaluated | null) => boolean;

/** What a schema asks, by the kind of value it asks it of. */
export interface Checks {
  readonly object: readonly Check<JsonObject>[];
  readonly list: readonly Check<readonly JsonValue[]>[];
  readonly text: readonly Check<string>[];
  readonly number: readonly Check<number>[];
  /** Booleans and null. */
  readonly other: readonly Check[];
  /** Whether it hands values on to other schemas. */
  readonly applies: boolean;
  /** Whether it asks what other schemas have spoken of. */
  readonly collects: boolean;
}

/** A schema ready to be asked: its checks are made when it is first asked, and kept. */
export class SchemaNode {
  /** Whether more than one way may lead here with the same value. */
  readonly shared: boolean;
  readonly #make: () => Checks;
  #checks: Checks | null = null;

  constructor(make: () => Checks, shared = false) {
    this.#make = make;
    this.shared = shared;
  }

  get checks(): Checks {
    return (this.#checks ??= this.#make());
  }
}

/** Whether the schema takes the value. Few frames a level, because values may be nested deep. */
export function accepts(node: SchemaNode, value: JsonValue, run: Run, seen: Evaluated | null): boolean {
  const { checks, shared } = node;
  if (!checks.applies) {
    run.work.spend(2);
    return ask(checks, value, run, seen);
  }
  run.enter();
  const meeting = shared ? run.meet(node, value, seen) : null;
  let answer = meeting?.valid ?? null;
  if (answer === null) {
    const own = checks.collects || (shared && seen !== null) ? new Evaluated() : null;
    answer = ask(checks, value, run, own ?? seen);
    if (meeting !== null) run.part(meeting, answer, own);
    if (answer && own !== null) seen?.add(own);
  }
  run.leave();
  return answer;
}

function ask(checks: Checks, value: JsonValue, run: Run, seen: Evaluated | null): boolean {
  if (typeof value === "string") return askEach(checks.text, value, run, seen);
  if (typeof value === "number") return askEach(checks.number, value, run, seen);
  if (typeof value !== "object" || value === null) return askEach(checks.other, value, run, seen);
  return isList(value) ? askEach(checks.list, value, run, seen) : askEach(checks.object, value, run, seen);
}

function askEach<T extends JsonValue>(
  checks: readonly Check<T>[],
  value: T,
  run: Run,
  seen: Evaluated | null,
): boolean {
  let answer = true;
  for (let i = 0; i < checks.length; i++) {
    if (checks[i]?.(value, run, seen) !== false) continue;
    answer = false;
    if (run.isDecided) return false;
  }
  return answer;
}

/** Asks about a part of the value: a member or an item. */
export function acceptsPart(node: SchemaNode, part: JsonValue, step: string | number, run: Run): boolean {
  run.path.push(step);
  const answer = accepts(node, part, run, null);
  run.path.pop();
  return answer;
}
