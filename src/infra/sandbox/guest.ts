import { MAX_JSON_DEPTH } from "../../core/json/read-json.ts";

/**
 * Runs inside the interpreter before any user code, in every fresh context. Takes away what differs between two runs:
 * the current time, the time zone and randomness. Its value is the runner: `(fn, inputJson, maxChars) → promise of JSON`.
 *
 * Date keeps what is arithmetic: explicit times, parsing, formatting, all in UTC, a text without a zone read as UTC.
 */
export const GUEST_PRELUDE = `(() => {
  "use strict";
  const { parse, stringify } = JSON;
  const { isArray } = Array;
  const { create } = Object;
  const { isFinite } = Number;
  const { toString } = Object.prototype;
  const NativeDate = Date;
  const refuse = (what, instead) => {
    throw new Error(what + " is not available in the sandbox: " + instead);
  };
  const noClock = (what) => refuse(what, "a node's result depends on its input only; pass the time in as an input");

  const ZONED = /(Z|UTC|GMT|[+-]\\d\\d:?\\d\\d)\\s*(\\(.*\\))?$/i;
  const DATE_ONLY = /^[+-]?\\d+(-\\d\\d(-\\d\\d)?)?$/;
  const ISO_LOCAL = /^[+-]?\\d+-\\d\\d-\\d\\dT/;
  const inUtc = (text) => (ZONED.test(text) || DATE_ONLY.test(text) ? text : text + (ISO_LOCAL.test(text) ? "Z" : " UTC"));
  const time = (args) => {
    if (args.length > 1) return NativeDate.UTC(...args);
    const [only] = args;
    const value = only instanceof NativeDate ? only.getTime() : only;
    return typeof value === "string" ? NativeDate.parse(inUtc(value)) : Number(value);
  };
  function UtcDate(...args) {
    if (new.target === undefined) noClock("Date()");
    if (args.length === 0) noClock("new Date() without a time");
    return Reflect.construct(NativeDate, [time(args)], new.target);
  }
  UtcDate.prototype = NativeDate.prototype;
  UtcDate.UTC = NativeDate.UTC;
  UtcDate.parse = (text) => NativeDate.parse(inUtc(String(text)));
  UtcDate.now = () => noClock("Date.now()");
  const dates = NativeDate.prototype;
  for (const part of ["FullYear", "Month", "Date", "Day", "Hours", "Minutes", "Seconds", "Milliseconds"]) {
    dates["get" + part] = dates["getUTC" + part];
    if (part !== "Day") dates["set" + part] = dates["setUTC" + part];
  }
  dates.getTimezoneOffset = () => 0;
  dates.toString = dates.toUTCString;
  for (const [name, from, to] of [["Date", 0, 10], ["Time", 11, 23], ["", 0, 24]]) {
    const text = function () {
      return this.toISOString().slice(from, to);
    };
    dates["toLocale" + name + "String"] = text;
    if (name !== "") dates["to" + name + "String"] = text;
  }
  delete dates.getYear;
  delete dates.setYear;
  dates.constructor = UtcDate;
  globalThis.Date = UtcDate;
  Math.random = () => refuse("Math.random()", "a node's result depends on its input only; pass a seed in as an input");
  delete globalThis.performance;
  const silent = () => undefined;
  globalThis.console = { log: silent, info: silent, warn: silent, error: silent, debug: silent };

  const NativeError = Error;
  const refuseOutput = (message) => {
    const error = new NativeError(message);
    error.name = "OutputError";
    throw error;
  };
  const saying = (what, key) =>
    (key === "" ? "the result is " : "the result holds at " + stringify(key) + " ") + what + ", which JSON cannot carry";
  const cannot = (what, key) => {
    throw new TypeError(saying(what, key));
  };
  const checker = () => {
    let root = true;
    // The lists and objects that are open where the writer stands; without a prototype, so that nobody else hears of it.
    const open = create(null);
    let depth = 0;
    return function (key, value) {
      const top = root;
      root = false;
      while (depth > 0 && open[depth - 1] !== this) depth--;
      switch (typeof value) {
        case "undefined":
          if (top) throw new TypeError("the function returned nothing: return a JSON value");
          if (isArray(this)) cannot("undefined", key);
          break;
        case "function":
          cannot("a function", key);
        case "symbol":
          cannot("a symbol", key);
        case "bigint":
          cannot("a BigInt", key);
        case "number":
          if (!isFinite(value)) refuseOutput(saying(String(value), key));
          break;
        case "object": {
          if (value === null) break;
          if (depth === ${MAX_JSON_DEPTH}) refuseOutput("the result is nested deeper than ${MAX_JSON_DEPTH} levels");
          open[depth++] = value;
          if (isArray(value)) break;
          const tag = toString.call(value).slice(8, -1);
          if (!["Object", "String", "Number", "Boolean"].includes(tag)) cannot("a " + tag, key);
        }
      }
      return value;
    };
  };
  return async (fn, inputJson, maxChars) => {
    const text = stringify(await fn(parse(inputJson)), checker());
    if (text.length > maxChars) {
      throw new RangeError("the result is larger than " + maxChars + " characters of JSON");
    }
    return text;
  };
})()`;
