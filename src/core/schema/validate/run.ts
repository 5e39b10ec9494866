import type { JsonObject, JsonValue } from "../../../../contracts/json/json.ts";
import { jsonPath, type PathStep } from "../../contract/json-path.ts";
import type { Budget } from "../budget.ts";
import type { Evaluated } from "./evaluated.ts";

/** One way in which a value does not satisfy its schema. */
export interface StateProblem {
  /** JSON path into the value: `$["document.text"]`. */
  readonly place: string;
  /** What is wrong there, to be read after the place: `must be of type string`. */
  readonly message: string;
}

type Reason = "endless" | "unresolved" | "pattern" | "deep";

/** Why a value could not be judged at all. Thrown inside the validator, and never out of it. */
export class Unjudged extends Error {
  readonly reason: Reason;

  constructor(reason: Reason) {
    super(reason);
    this.reason = reason;
  }
}

/** What is known of a schema and a value that met before. */
interface Meeting {
  /** Null while it is being found out. */
  valid: boolean | null;
  /** Whether what is wrong has been reported, or is being. */
  told: boolean;
  /** What was spoken of, where somebody wanted to know. */
  seen: Evaluated | null;
}

/** Validation ends when so much is known to be wrong. */
const MAX_PROBLEMS = 20;
/** Schemas within schemas, counted along references: deeper is not followed. */
const MAX_DEPTH = 800;
const MANY_NAMES = 64;
const VERY_MANY_NAMES = 8_192;
const MAX_SHOWN_NAME = 100;

/** One value on its way through one schema. */
export class Run {
  readonly work: Budget;
  readonly problems: StateProblem[] = [];
  readonly path: PathStep[] = [];
  readonly #root: string;
  #depth = 0;
  #quiet = 0;
  readonly #meetings = new Map<object, Map<JsonValue, Meeting>>();
  readonly #names = new Map<JsonObject, readonly string[]>();
  /** Texts of lists and objects that were compared; made by `canonicalText`. */
  readonly texts = new Map<JsonValue, string>();

  constructor(work: Budget, root: string) {
    this.work = work;
    this.#root = root;
  }

  /** Whether nothing is gained by looking for more that is wrong. */
  get isDecided(): boolean {
    return this.#quiet > 0 || this.problems.length >= MAX_PROBLEMS;
  }

  get place(): string {
    return jsonPath(this.path.map(shownStep), this.#root);
  }

  /** Says what is wrong where the run stands. Always false, as the verdict it belongs to. */
  fail(message: string): false {
    if (!this.isDecided) this.problems.push({ place: this.place, message });
    return false;
  }

  /** From here on what is wrong is not said, until `speak`: the answer alone is wanted. */
  hush(): void {
    this.#quiet++;
  }

  speak(): void {
    this.#quiet--;
  }

  /** The names of an object's members. Large objects are slow to list, so their names are kept. */
  namesOf(value: JsonObject): readonly string[] {
    const known = this.#names.get(value);
    const names = known ?? Object.keys(value);
    if (names.length <= MANY_NAMES) {
      this.work.spend(names.length);
      return names;
    }
    if (known === undefined) this.#names.set(value, names);
    this.work.spend((known === undefined && names.length > VERY_MANY_NAMES ? 16 : 6) * names.length);
    return names;
  }

  /** Counts one schema within another. */
  enter(): void {
    this.work.spend(4);
    if (++this.#depth > MAX_DEPTH) throw new Unjudged("deep");
  }

  leave(): void {
    this.#depth--;
  }

  /**
   * A schema that several places refer to meets a value: the first time, and when more is wanted of it than was found
   * out, `valid` is null, and `part` says what came of it.
   */
  meet(schema: object, value: JsonValue, seen: Evaluated | null): Meeting {
    let meetings = this.#meetings.get(schema);
    if (meetings === undefined) this.#meetings.set(schema, (meetings = new Map<JsonValue, Meeting>()));
    const met = meetings.get(value);
    if (met === undefined) {
      const first: Meeting = { valid: null, told: !this.isDecided, seen: null };
      meetings.set(value, first);
      return first;
    }
    if (met.valid === null) throw new Unjudged("endless");
    if (met.valid ? seen === null || met.seen !== null : met.told || this.isDecided) {
      if (seen !== null && met.seen !== null) seen.add(met.seen);
      return met;
    }
    met.valid = null;
    met.told = !this.isDecided;
    return met;
  }

  part(meeting: Meeting, valid: boolean, seen: Evaluated | null): void {
    meeting.valid = valid;
    meeting.seen = valid ? seen : null;
  }
}

const shownStep = (step: PathStep): PathStep =>
  typeof step === "string" && step.length > MAX_SHOWN_NAME ? `${step.slice(0, MAX_SHOWN_NAME)}…` : step;

/** A name or value of the author's, short enough for a message. */
export const shown = (name: string): string => String(shownStep(name));
