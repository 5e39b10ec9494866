import type { ErrorCode } from "../../../src/core/errors.ts";

/** A program that means no good: its title, its code, and how it must end under a budget of 100 ms. */
export type HostileProgram = readonly [title: string, code: string, ends: ErrorCode];

/** A module whose default export has this body. */
export const fn = (body: string): string => `export default function (input) {\n${body}\n}\n`;

/** Programs that work until they are stopped. */
export const endless = (programs: Readonly<Record<string, string>>): readonly HostileProgram[] =>
  Object.entries(programs).map(([title, code]) => [
    title,
    code.startsWith("export ") ? code : fn(code),
    "SANDBOX_BUDGET",
  ]);
