import { endless } from "./program.ts";

/** What goes on after the function has returned. */
export const JOBS = endless({
  "await in a loop": "export default async () => { for (;;) await 0; };",
  "await in a loop that catches everything":
    "export default async () => { for (;;) { try { for (;;) await 0; } catch {} } };",
  "a promise that follows itself": "const f = () => Promise.resolve().then(f); return f();",
  "jobs that fork":
    "const f = () => { Promise.resolve().then(f); Promise.resolve().then(f); }; f(); return new Promise(() => {});",
  "jobs that fork when they are stopped":
    "const f = async () => { try { for (;;); } finally { f(); f(); } }; f(); return new Promise(() => {});",
  "a hundred thousand jobs, none of which ends":
    "for (let i = 0; i < 1e4; i++) Promise.resolve().then(() => { for (;;); }); return new Promise(() => {});",
  "an async generator":
    "export default async () => { async function* g() { for (;;) yield 1; } for await (const x of g()); };",
  "an async generator that catches everything":
    "export default async () => { async function* g() { for (;;) try { for (;;) yield 1; } catch {} } for (;;) try { for await (const x of g()); } catch {} };",
  "async generators that wait for each other":
    "export default async () => { async function* g(o) { for (;;) yield* o ? [1] : g(1); } for await (const x of g(0)); };",
  "a thenable that resolves with itself": "const t = { then(r) { r(t); } }; return t;",
  "a thenable that resolves with itself twice": "const t = { then(r) { Promise.resolve(t); r(t); } }; return t;",
  "a thenable made anew each time": "const t = () => ({ then(r) { r(t()); } }); return t();",
  "a thenable awaited for ever": "export default async () => { for (;;) await { then(r) { r(1); } }; };",
  "rejections without end":
    "export default async () => { const f = async () => { throw new Error('x'); }; for (;;) try { await f(); } catch {} };",
  "all of many promises":
    "export default async () => { for (;;) await Promise.all(Array.from({ length: 1000 }, (_, i) => i)); };",
  "a race that nobody wins": "const f = () => Promise.race([1, new Promise(() => {})]).then(f); return f();",
  "a species of promises":
    "class P extends Promise { static get [Symbol.species]() { for (;;); } } return P.resolve(1).then(() => 1);",
  "a job of the top level": "export default () => 1; const f = () => Promise.resolve().then(f); f();",
  "await at the top level": "export default () => 1; for (;;) await 0;",
  finalizers: "const r = new FinalizationRegistry(() => { for (;;); }); for (;;) r.register({}, 1);",
  "a thenable export":
    "export default () => 1; export function then(r) { for (;;); }; await 0; throw { get stack() { for (;;); } };",
});
