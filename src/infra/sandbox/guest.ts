import { MAX_JSON_DEPTH } from "../../core/json/read-json.ts";

/** The most values in a result: lists, objects, and what is in them. */
const MAX_RESULT_VALUES = 250_000;
/** The most characters of each of an error's texts that leave the interpreter. */
const MAX_ERROR_CHARS = 1_000;

/**
 * Runs inside the interpreter before any user code, once for all calls: each begins with the memory as this leaves it.
 * Its value is a list of functions, which the host calls and the code cannot reach:
 *
 * - `run(namespace, inputJson)` → a promise of what the default export returns
 * - `render(value)` → its JSON; throws what is wrong with a value that JSON cannot carry as it is
 * - `describe(thrown)` → JSON of `{name, message, stack, shown}`, each a text or null; or "~" when there was no function
 *
 * What it uses of the language it takes before the code can replace it. It also says what there is no clock and no
 * randomness for; that there is none is the host's doing (host-imports.ts).
 */
export const GUEST_PRELUDE = `(() => {
  "use strict";
  const { parse, stringify } = JSON;
  const { isArray } = Array;
  const { isFinite } = Number;
  const { is, keys, getPrototypeOf: prototypeOf, prototype: ObjectPrototype } = Object;
  const { construct } = Reflect;
  const bound = (method) => Function.prototype.call.bind(method);
  const tagOf = bound(ObjectPrototype.toString);
  const slice = bound(String.prototype.slice);
  const textOf = String;
  const PlainError = Error;
  const NativeDate = Date;
  const refuse = (what, instead) => {
    throw new PlainError(what + " is not available in the sandbox: " + instead);
  };
  const noClock = (what) => refuse(what, "a node's result depends on its input only; pass the time in as an input");

  function UtcDate(...args) {
    if (new.target === undefined) noClock("Date()");
    if (args.length === 0) noClock("new Date() without a time");
    return construct(NativeDate, args, new.target);
  }
  UtcDate.prototype = NativeDate.prototype;
  UtcDate.UTC = NativeDate.UTC;
  UtcDate.parse = NativeDate.parse;
  UtcDate.now = () => noClock("Date.now()");
  const dates = NativeDate.prototype;
  dates.toString = dates.toUTCString;
  for (const [name, from, to] of [["Date", 0, 10], ["Time", 11, 23], ["", 0, 24]]) {
    const text = function () {
      return slice(this.toISOString(), from, to);
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

  const cannot = (what, key) => {
    const where = key === "" ? "the result is " : "the result holds at " + stringify(slice(textOf(key), 0, 100)) + " ";
    throw new PlainError(where + what + ", which JSON cannot carry");
  };
  // Plain values are looked at here and written by the interpreter; what decides itself what is written of it (a Date)
  // is looked at while it is written, which takes several times as long.
  const walker = () => {
    let values = 0;
    let plain = true;
    const path = [];
    const look = (value, key, depth) => {
      if (++values > ${MAX_RESULT_VALUES}) throw new PlainError("the result holds more than ${MAX_RESULT_VALUES} values");
      switch (typeof value) {
        case "string":
        case "boolean":
          return;
        case "number":
          if (!isFinite(value)) cannot(textOf(value), key);
          if (is(value, -0)) cannot("-0", key);
          return;
        case "function":
          return cannot("a function", key);
        case "symbol":
          return cannot("a symbol", key);
        case "bigint":
          return cannot("a BigInt", key);
        case "undefined":
          if (depth === 0) throw new PlainError("the function returned nothing: return a JSON value");
          return cannot("undefined", key);
      }
      if (value === null) return;
      if (depth >= ${MAX_JSON_DEPTH}) tooDeep(value, depth);
      path[depth] = value;
      if (isArray(value)) {
        const { length } = value;
        for (let i = 0; i < length; i++) look(value[i], i, depth + 1);
        return;
      }
      const prototype = prototypeOf(value);
      if (prototype !== ObjectPrototype && prototype !== null) {
        const tag = slice(tagOf(value), 8, -1);
        if (tag === "String" || tag === "Number" || tag === "Boolean" || typeof value.toJSON === "function") plain = false;
        else if (tag !== "Object") cannot("a " + tag, key);
      } else if (typeof value.toJSON === "function") plain = false;
      if (!plain) return;
      const names = keys(value);
      const { length } = names;
      for (let i = 0; i < length; i++) {
        const name = names[i];
        const member = value[name];
        // JSON leaves a member without a value out.
        if (member !== undefined) look(member, name, depth + 1);
      }
    };
    const tooDeep = (value, depth) => {
      for (let i = 0; i < depth; i++) if (path[i] === value) throw new PlainError("the result is circular");
      throw new PlainError("the result is nested deeper than ${MAX_JSON_DEPTH} levels");
    };
    return (value) => {
      look(value, "", 0);
      return plain;
    };
  };
  const checker = () => {
    let values = 0;
    return function (key, value) {
      if (++values > ${MAX_RESULT_VALUES}) throw new PlainError("the result holds more than ${MAX_RESULT_VALUES} values");
      switch (typeof value) {
        case "undefined":
          if (values === 1) throw new PlainError("the function returned nothing: return a JSON value");
          if (isArray(this)) cannot("undefined", key);
          break;
        case "function":
          cannot("a function", key);
        case "symbol":
          cannot("a symbol", key);
        case "bigint":
          cannot("a BigInt", key);
        case "number":
          if (!isFinite(value)) cannot(textOf(value), key);
          if (is(value, -0)) cannot("-0", key);
          break;
        case "object": {
          if (value === null || isArray(value)) break;
          const tag = slice(tagOf(value), 8, -1);
          if (tag !== "Object" && tag !== "String" && tag !== "Number" && tag !== "Boolean") cannot("a " + tag, key);
        }
      }
      return value;
    };
  };
  const render = (value) => (walker()(value) ? stringify(value) : stringify(value, checker()));

  const NO_FUNCTION = {};
  const run = async (namespace, inputJson) => {
    const fn = namespace.default;
    if (typeof fn !== "function") throw NO_FUNCTION;
    return await fn(parse(inputJson));
  };

  const short = (text) => slice(text, 0, ${MAX_ERROR_CHARS});
  const textAt = (thrown, key) => {
    try {
      const text = thrown[key];
      return typeof text === "string" ? short(text) : null;
    } catch {
      return null;
    }
  };
  const shown = (thrown) => {
    try {
      if (typeof thrown === "string") return stringify(short(thrown));
      return short(typeof thrown === "object" ? (stringify(thrown) ?? "nothing") : textOf(thrown));
    } catch {
      return "an object";
    }
  };
  const describe = (thrown) => {
    if (thrown === NO_FUNCTION) return "~";
    const hasTexts = (typeof thrown === "object" && thrown !== null) || typeof thrown === "function";
    const message = hasTexts ? textAt(thrown, "message") : null;
    return stringify({
      __proto__: null,
      name: hasTexts ? textAt(thrown, "name") : null,
      message,
      stack: hasTexts ? textAt(thrown, "stack") : null,
      shown: message === null ? shown(thrown) : null,
    });
  };
  return [run, render, describe];
})()`;
