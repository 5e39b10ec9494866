import type { JsonObject } from "../../../../contracts/json/json.ts";
import { patternOf, type Pattern } from "../pattern/pattern.ts";
import type { Budget } from "../budget.ts";
import { FORMATS } from "./formats.ts";
import { shown, Unjudged } from "./run.ts";
import type { Check } from "./schema-node.ts";

/** The checks of the keywords that speak of text. */
export function stringChecks(schema: JsonObject): readonly Check<string>[] {
  const checks: Check<string>[] = [];
  const { minLength, maxLength, pattern, format } = schema;
  if (typeof minLength === "number" || typeof maxLength === "number")
    checks.push(
      lengthCheck(typeof minLength === "number" ? minLength : 0, typeof maxLength === "number" ? maxLength : Infinity),
    );
  if (typeof pattern === "string") checks.push(patternCheck(pattern));
  const known = typeof format === "string" && Object.hasOwn(FORMATS, format) ? FORMATS[format] : undefined;
  if (known !== undefined && typeof format === "string") {
    const { test, steps } = known;
    checks.push((value, run) => {
      run.work.spend(10 + steps * value.length);
      return test(value) || run.fail(`is not of the format ${format}`);
    });
  }
  return checks;
}

function lengthCheck(least: number, most: number): Check<string> {
  return (value, run) => {
    // A character is one or two units: most texts need not be counted.
    if (value.length >= 2 * least && value.length <= most) return true;
    run.work.spend(value.length >> 3);
    const length = value.length < least ? value.length : charactersOf(value);
    if (length < least) return run.fail(`has ${length} characters, at least ${least} are wanted`);
    return length <= most || run.fail(`has ${length} characters, at most ${most} are allowed`);
  };
}

function charactersOf(text: string): number {
  let count = text.length;
  for (let i = 1; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0xdc00 || unit > 0xdfff) continue;
    const before = text.charCodeAt(i - 1);
    if (before >= 0xd800 && before <= 0xdbff) count--;
  }
  return count;
}

function patternCheck(text: string): Check<string> {
  let pattern: Pattern | null = null;
  return (value, run) => {
    pattern ??= patternOf(text);
    if (pattern === null) throw new Unjudged("pattern");
    return pattern.test(value, run.work) || run.fail(`does not match the pattern ${shown(text)}`);
  };
}

/** The checks of the keywords that speak of numbers. */
export function numberChecks(schema: JsonObject): readonly Check<number>[] {
  const checks: Check<number>[] = [];
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
  if (typeof minimum === "number") checks.push((value, run) => value >= minimum || run.fail(`is less than ${minimum}`));
  if (typeof maximum === "number")
    checks.push((value, run) => value <= maximum || run.fail(`is greater than ${maximum}`));
  if (typeof exclusiveMinimum === "number")
    checks.push((value, run) => value > exclusiveMinimum || run.fail(`is not greater than ${exclusiveMinimum}`));
  if (typeof exclusiveMaximum === "number")
    checks.push((value, run) => value < exclusiveMaximum || run.fail(`is not less than ${exclusiveMaximum}`));
  if (typeof multipleOf === "number") {
    checks.push((value, run) => {
      return isMultiple(value, multipleOf, run.work) || run.fail(`is not a multiple of ${multipleOf}`);
    });
  }
  return checks;
}

/** Exact in decimals: 0.3 is a multiple of 0.1. */
function isMultiple(value: number, step: number, work: Budget): boolean {
  if (!Number.isFinite(value) || !Number.isFinite(step) || step <= 0) return false;
  if (Number.isSafeInteger(value) && Number.isSafeInteger(step)) return value % step === 0;
  const [a, b] = [decimal(value), decimal(step)];
  const apart = a.exponent - b.exponent;
  work.spend(100 + Math.abs(apart));
  if (apart >= 0) return (a.digits * 10n ** BigInt(apart)) % b.digits === 0n;
  return a.digits % (b.digits * 10n ** BigInt(-apart)) === 0n;
}

function decimal(value: number): { readonly digits: bigint; readonly exponent: number } {
  const [digits = "0", exponent = "0"] = Math.abs(value).toString().split("e");
  const point = digits.indexOf(".");
  const behind = point === -1 ? 0 : digits.length - point - 1;
  return { digits: BigInt(digits.replace(".", "")), exponent: Number(exponent) - behind };
}
