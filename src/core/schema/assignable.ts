import { isList, isObject } from "../../../contracts/json/narrow.ts";
import type { JsonSchema, JsonValue } from "../../../contracts/json/json.ts";
import {
  compareItems,
  compareOthers,
  compareProperties,
  compareRequired,
  compareUnique,
  type Compare,
} from "./compare-containers.ts";
import { compareChoice, compareRange, compareSizes, compareStep, compareTypes } from "./compare-scalars.ts";
import { INDEPENDENT, NARROWING, SPEAKS_OF } from "./keywords.ts";
import { every, no, soften, unknown, YES, type Fit, type Verdict } from "./fit.ts";
import { mergeAll } from "./merge.ts";
import { loops, mentions, References } from "./references.ts";
import { assertions, breadth, namedTypes, sameJson, schemaList, takesAll, without } from "./schema-parts.ts";
import type { StateProblem } from "./validate/run.ts";
import { validate } from "./validate/validate.ts";
import { Budget, BudgetSpent } from "./budget.ts";

/** Comparisons before giving up, and how deep schemas are followed: both far beyond what people write. */
const MAX_COMPARISONS = 5_000;
const MAX_DEPTH = 48;
const MAX_VALUES = 200;
/** Steps of work for one pair of schemas, everything counted that is looked at. */
const MAX_WORK = 200_000;

/**
 * Whether every value of `from` (JSON Schema 2020-12) is a value of `to`. Sound: `yes` is only said when it is proven.
 * `no` is said when the producer explicitly admits a value that the consumer refuses; where the producer says nothing
 * about what the consumer asks for, the answer is `unknown`, because contracts in the field say less than they keep.
 * It is `unknown` too where finding out takes too much work: the value is checked when it is there.
 */
export const assignable = (from: JsonSchema, to: JsonSchema): Fit => comparison(from, to).fit;

/** The same, and how many steps of work it took. */
export function comparison(from: JsonSchema, to: JsonSchema): { readonly fit: Fit; readonly work: number } {
  const work = new Budget(MAX_WORK);
  return { fit: compareWithin(work, from, to), work: work.used };
}

function compareWithin(work: Budget, from: JsonSchema, to: JsonSchema): Fit {
  if (mentions(to, "$ref") && loops(to)) return { fit: "unknown", reason: "a reference leads back to itself" };
  try {
    const verdict = new Comparison(from, to, work).compare(from, to, "$");
    return verdict.fit === "no" ? { fit: "no", place: verdict.place, reason: verdict.reason } : verdict;
  } catch (thrown) {
    if (thrown instanceof BudgetSpent) return { fit: "unknown", reason: "$: the schemas are too large to compare" };
    throw thrown;
  }
}

class Comparison {
  readonly #work: Budget;
  readonly #sameRoot: boolean;
  readonly #fromReferences: References;
  readonly #toReferences: References;
  #left = MAX_COMPARISONS;
  #depth = 0;
  /** Pairs being compared, with the places they were met at. */
  readonly #open = new Map<JsonValue, Map<JsonValue, string>>();

  constructor(fromRoot: JsonSchema, toRoot: JsonSchema, work: Budget) {
    this.#work = work;
    this.#sameRoot = fromRoot === toRoot;
    this.#fromReferences = new References(fromRoot);
    this.#toReferences = new References(toRoot);
  }

  compare: Compare = (from, to, place) => {
    if (takesAll(to) || from === false) return YES;
    if (to === false) return no(place, "nothing is accepted here", true);
    if (from === true) return this.compare({}, to, place);
    if (!isObject(from) || !isObject(to)) return unknown(`${place}: not a schema`);
    this.#work.spend(64 + 4 * breadth(from) + 2 * breadth(to));
    if (this.#left-- <= 0 || this.#depth > MAX_DEPTH) return unknown(`${place}: the schemas are too large to compare`);
    const met = this.#open.get(from)?.get(to);
    // The same pair further down a value: a recursive schema, true of all finite values when it is true of every step.
    if (met !== undefined) return met === place ? unknown(`${place}: a reference leads back to itself`) : YES;
    this.#depth++;
    this.#enter(from, to, place);
    const verdict = this.#compare(from, to, place);
    this.#open.get(from)?.delete(to);
    this.#depth--;
    return verdict;
  };

  #enter(from: JsonValue, to: JsonValue, place: string): void {
    const row = this.#open.get(from);
    if (row) row.set(to, place);
    else this.#open.set(from, new Map([[to, place]]));
  }

  #compare(from: JsonSchema, to: JsonSchema, place: string): Verdict {
    if (sameJson(from, to, this.#work) && (this.#sameRoot || !mentions(from, "$ref", this.#work))) return YES;
    if (from.$ref !== undefined) {
      const target = this.#fromReferences.target(from.$ref);
      if (target === null) return unknown(`${place}: ${JSON.stringify(from.$ref)} is not a local reference`);
      return this.#conjunction([target, without(from, "$ref")], to, place);
    }
    if (to.$ref !== undefined) {
      const target = this.#toReferences.target(to.$ref);
      if (target === null) return unknown(`${place}: ${JSON.stringify(to.$ref)} is not a local reference`);
      return every([this.compare(from, target, place), this.compare(from, without(to, "$ref"), place)]);
    }
    const values = from.const !== undefined ? [from.const] : isList(from.enum) ? from.enum : null;
    if (values) return this.#compareValues(values, from, to, place);
    if (from.allOf !== undefined)
      return this.#conjunction([...schemaList(from.allOf), without(from, "allOf")], to, place);
    if (from.anyOf !== undefined) return this.#alternatives(from, "anyOf", to, place);
    if (from.oneOf !== undefined) return this.#alternatives(from, "oneOf", to, place);
    const verdict = this.#compareTo(from, to, place);
    return NARROWING.some((keyword) => from[keyword] !== undefined) ? soften(verdict) : verdict;
  }

  /** A producer that is several schemas at once: one schema where they can be merged, else any one of them may prove it. */
  #conjunction(parts: readonly JsonValue[], to: JsonSchema, place: string): Verdict {
    const schemas = parts.filter((part) => !takesAll(part));
    if (schemas.length === 1 || schemas.includes(false))
      return this.compare(schemas.includes(false) ? false : (schemas[0] ?? true), to, place);
    const merged = schemas.every((schema) => isObject(schema)) ? mergeAll(schemas, this.#work) : null;
    if (merged) return this.compare(merged, to, place);
    let doubt: Verdict = unknown(`${place}: the parts of allOf are not merged`);
    for (const schema of schemas) {
      const verdict = this.compare(schema, to, place);
      if (verdict.fit === "yes") return YES;
      if (verdict.fit === "no" && verdict.disjoint) return verdict;
      if (verdict.fit === "unknown") doubt = verdict;
    }
    return doubt;
  }

  /** A producer with a choice: every branch must fit. A branch of oneOf may be shadowed by another, so its no is a doubt. */
  #alternatives(from: JsonSchema, keyword: "anyOf" | "oneOf", to: JsonSchema, place: string): Verdict {
    const rest = without(from, keyword);
    const verdicts = schemaList(from[keyword]).map((branch) => this.#conjunction([branch, rest], to, place));
    const all = every(verdicts);
    if (all.fit !== "no") return all;
    if (verdicts.every((verdict) => verdict.fit === "no" && verdict.disjoint)) return all;
    return keyword === "anyOf" || typesAreApart(schemaList(from.oneOf))
      ? { ...all, disjoint: false }
      : soften({ ...all, disjoint: false });
  }

  #compareValues(values: readonly JsonValue[], from: JsonSchema, to: JsonSchema, place: string): Verdict {
    if (values.length > MAX_VALUES || this.#refers(to) || this.#refers(from)) {
      return unknown(`${place}: the listed values are not tried`);
    }
    const possible = values.filter((value) => this.#misses(from, value, place) === null);
    const refused = possible.flatMap((value) => {
      const problem = this.#misses(to, value, place);
      return problem === null ? [] : [{ value, problem }];
    });
    const [first] = refused;
    if (!first) return YES;
    const shown = JSON.stringify(first.value).slice(0, 60);
    return no(first.problem.place, `${shown} ${first.problem.message}`, refused.length === possible.length);
  }

  #refers(schema: JsonSchema): boolean {
    return mentions(schema, "$ref", this.#work);
  }

  /** The first thing that keeps a value from satisfying a schema. */
  #misses(schema: JsonSchema, value: JsonValue, place: string): StateProblem | null {
    const verdict = validate(schema, value, place, this.#work);
    if (verdict.kind === "spent") throw new BudgetSpent();
    if (verdict.kind === "unusable") return verdict.problem;
    return verdict.kind === "valid" ? null : (verdict.problems[0] ?? null);
  }

  /** The consumer's side: every keyword and every combinator must be met. `from` is plain by now. */
  #compareTo(from: JsonSchema, to: JsonSchema, place: string): Verdict {
    const verdicts: Verdict[] = [];
    for (const keyword of assertions(to)) {
      if (keyword === "allOf") for (const part of schemaList(to.allOf)) verdicts.push(this.compare(from, part, place));
      else if (keyword === "anyOf" || keyword === "oneOf")
        verdicts.push(this.#oneBranch(from, schemaList(to[keyword]), keyword, place));
      else verdicts.push(this.#compareKeyword(keyword, from, to, place));
    }
    const disjoint = verdicts.find((verdict) => verdict.fit === "no" && verdict.disjoint);
    return disjoint ?? every(verdicts);
  }

  /** A consumer with a choice. A producer of several types is asked type by type. */
  #oneBranch(from: JsonSchema, branches: readonly JsonValue[], keyword: "anyOf" | "oneOf", place: string): Verdict {
    const types = namedTypes(from) ?? [];
    if (types.length > 1) {
      const each = types.map((type) => this.#oneBranch({ ...from, type }, branches, keyword, place));
      const all = every(each);
      return all.fit === "no"
        ? { ...all, disjoint: each.every((verdict) => verdict.fit === "no" && verdict.disjoint) }
        : all;
    }
    const verdicts = branches.map((branch) => this.compare(from, branch, place));
    const near = verdicts.filter((verdict) => !(verdict.fit === "no" && verdict.disjoint));
    const [only] = near;
    if (only === undefined)
      return no(place, verdicts[0]?.fit === "no" ? verdicts[0].reason : "no branch accepts it", true);
    if (near.length === 1) return only;
    if (keyword === "anyOf" && near.some((verdict) => verdict.fit === "yes")) return YES;
    return unknown(`${place}: no single branch of ${keyword} covers it`);
  }

  #compareKeyword(keyword: string, from: JsonSchema, to: JsonSchema, place: string): Verdict {
    const types = namedTypes(from);
    const subjects = Object.hasOwn(SPEAKS_OF, keyword) ? SPEAKS_OF[keyword] : undefined;
    if (types && subjects && !types.some((type) => subjects.includes(type))) return YES;
    const verdict = this.#judge(keyword, from, to, place);
    // A producer of other types too has values this keyword does not speak of.
    const partly = subjects !== undefined && (types === null || !types.every((type) => subjects.includes(type)));
    return partly && verdict.fit === "no" ? { ...verdict, disjoint: false } : verdict;
  }

  #judge(keyword: string, from: JsonSchema, to: JsonSchema, place: string): Verdict {
    this.#work.spend(4 * (breadth(to[keyword]) + breadth(from[keyword])));
    switch (keyword) {
      case "type":
        return compareTypes(from, to, place);
      case "properties":
        return compareProperties(from, to, place, this.compare);
      case "required":
        return compareRequired(from, to, place);
      case "additionalProperties":
        return compareOthers(from, to, place, this.compare);
      case "items":
        return compareItems(from, to, place, this.compare);
      case "prefixItems":
        return to.items === undefined ? compareItems(from, to, place, this.compare) : YES;
      case "uniqueItems":
        return compareUnique(from, to, place);
      case "minProperties":
        return compareSizes(from, keyword, to[keyword], place, schemaList(from.required).length);
      case "minLength":
      case "maxLength":
      case "minItems":
      case "maxItems":
      case "maxProperties":
        return compareSizes(from, keyword, to[keyword], place);
      case "minimum":
      case "maximum":
      case "exclusiveMinimum":
      case "exclusiveMaximum":
        return compareRange(from, keyword, to[keyword], place);
      case "multipleOf":
        return compareStep(from, to[keyword], place);
      case "enum":
      case "const":
        return compareChoice(from, keyword === "const" ? [to.const ?? null] : schemaList(to.enum), place);
      default:
        if (
          INDEPENDENT.has(keyword) &&
          sameJson(from[keyword], to[keyword], this.#work) &&
          !mentions(to[keyword] ?? null, "$ref", this.#work)
        )
          return YES;
        return unknown(`${place}: ${keyword} is not compared`);
    }
  }
}

/** Whether no value can be of two of the schemas, as far as their types tell. */
function typesAreApart(schemas: readonly JsonValue[]): boolean {
  const seen = new Set<string>();
  for (const schema of schemas) {
    const types = isObject(schema) ? namedTypes(schema) : null;
    if (types === null) return false;
    for (const type of new Set(types.map((name) => (name === "integer" ? "number" : name)))) {
      if (seen.has(type)) return false;
      seen.add(type);
    }
  }
  return true;
}
