import { fn } from "./program.ts";

/** A program that looks for the time or for chance; `says` is in the refusal, since there is none. */
export type Seeker = readonly [title: string, code: string, says: RegExp];

const NONE = /is not available in the sandbox/;

/** What is refused in words. */
export const REFUSED_CLOCKS: readonly Seeker[] = [
  ["new Date()", fn("return new Date().getTime();"), NONE],
  ["Date()", fn("return Date();"), NONE],
  ["Date.now()", fn("return Date.now();"), NONE],
  ["Math.random()", fn("return Math.random();"), NONE],
  ["Date.now taken out", fn("const { now } = Date; return now();"), NONE],
  ["Date.now by its descriptor", fn("return Object.getOwnPropertyDescriptor(Date, 'now').value();"), NONE],
  ["Math.random by its descriptor", fn("return Object.getOwnPropertyDescriptor(Math, 'random').value();"), NONE],
  ["a Date reached by an instance", fn("return new (new Date(0).constructor)().getTime();"), NONE],
  ["a Date reached by its prototype", fn("return new Date.prototype.constructor().getTime();"), NONE],
  ["a Date that is called", fn("return Date.call(new Date(0));"), NONE],
  ["a Date that is bound", fn("return new (Date.bind(null))().getTime();"), NONE],
  ["a subclass", fn("class D extends Date {} return new D().getTime();"), NONE],
  ["Reflect.construct", fn("return Reflect.construct(Date, []).getTime();"), NONE],
  [
    "Reflect.construct for another class",
    fn("return Date.prototype.getTime.call(Reflect.construct(Date, [], Object));"),
    NONE,
  ],
  ["Reflect.construct replaced", fn("Reflect.construct = (f) => new f(); return new Date().getTime();"), NONE],
  [
    "Reflect.construct that adds a time",
    fn("const r = Reflect.construct; Reflect.construct = (f, a, n) => r(f, [], n); return new Date().getTime();"),
    NONE,
  ],
  ["Reflect.apply", fn("return Reflect.apply(Date, undefined, []);"), NONE],
  [
    "lists without members",
    fn("Array.prototype[Symbol.iterator] = function* () {}; return new Date().getTime();"),
    NONE,
  ],
  ["a proxy around Date", fn("return new (new Proxy(Date, {}))().getTime();"), NONE],
  ["Function", fn("return Function('return Date.now()')();"), NONE],
  ["an async Function", fn("return Object.getPrototypeOf(async () => {}).constructor('return Date.now()')();"), NONE],
  [
    "a generator Function",
    fn("return [...Object.getPrototypeOf(function* () {}).constructor('yield Date.now()')()];"),
    NONE,
  ],
  ["eval elsewhere", fn("return (0, eval)('new Date().getTime()');"), NONE],
  ["another module", "import * as os from 'os';\nexport default () => os.now();", /could not load module/],
  ["another module, later", "export default async () => (await import('std')).now();", /could not load module/],
  [
    "a module of data",
    "export default async () => (await import('data:text/javascript,export default Date.now()')).default;",
    /could not load module/,
  ],
];

/** What is there and tells nothing: the same answer every time and everywhere. */
export const CONSTANT_CLOCKS: readonly (readonly [title: string, body: string, value: unknown])[] = [
  [
    "nothing else that knows the time, or chance, or another thread",
    "return ['performance', 'Intl', 'Atomics', 'Temporal', 'crypto', 'setTimeout', 'queueMicrotask', 'std', 'os', 'bjson', 'Worker', 'print', 'scriptArgs', 'gc'].filter((name) => name in globalThis);",
    [],
  ],
  [
    "a Date without a time by every constructor that can be found",
    `const found = new Set();
     const walk = (value) => {
       if ((typeof value !== "object" && typeof value !== "function") || value === null || found.has(value)) return;
       found.add(value);
       for (const key of Reflect.ownKeys(value)) {
         const property = Object.getOwnPropertyDescriptor(value, key);
         for (const part of [property.value, property.get, property.set]) walk(part);
       }
       walk(Object.getPrototypeOf(value));
     };
     walk(globalThis);
     for (const start of [async () => {}, function* () {}, async function* () {}, [][Symbol.iterator](), "".matchAll(/a/g), new Map().keys(), new Error("x")]) walk(start);
     const told = [];
     for (const value of found) {
       if (typeof value !== "function" || value === eval) continue;
       for (const make of [() => new value(), () => value()]) {
         let made;
         try { made = make(); } catch { continue; }
         if (Object.prototype.toString.call(made) === "[object Date]" && !Number.isNaN(made.valueOf())) told.push(made.valueOf());
         if (typeof made === "number" && Number.isFinite(made) && made % 1 !== 0) told.push(made);
       }
     }
     return { told, many: found.size > 500 };`,
    { told: [], many: true },
  ],
  [
    "a zone",
    "return [new Date(2024, 6, 1).getTimezoneOffset(), new Date(0).getHours(), new Date('2024-02-03T04:05:06').toISOString()];",
    [0, 0, "2024-02-03T04:05:06.000Z"],
  ],
  ["a summer", "return [0, 3, 6, 9].map((month) => new Date(2024, month, 1).getTimezoneOffset());", [0, 0, 0, 0]],
  [
    "a language",
    "return [(1234567.891).toLocaleString(), new Date(0).toLocaleString(), new Date(0).toLocaleTimeString(), 'a'.localeCompare('b'), (12345678901234567890n).toLocaleString()];",
    ["1234567.891", "1970-01-01T00:00:00.000Z", "00:00:00.000", -1, "12345678901234567890"],
  ],
  [
    "a date without a year",
    "return ['Feb 3', '04:05', 'Mon', 'now', 'today', ''].map((text) => Date.parse(text) || null);",
    [981_158_400_000, null, null, null, null, null],
  ],
  ["memory that was there before", "const a = new Uint8Array(1e5); return a.every((byte) => byte === 0);", true],
  ["a list that was there before", "return new Array(1e4).concat([1]).findIndex((x) => x !== undefined);", 10_000],
  ["an address in a stack", "return /0x|[0-9a-f]{6,}/.test(new Error('x').stack);", false],
  [
    "weak references that are collected",
    "const r = []; for (let i = 0; i < 100; i++) { const o = {}; o.o = o; r.push(new WeakRef(o)); } return r.filter((x) => x.deref() !== undefined).length;",
    100,
  ],
];
