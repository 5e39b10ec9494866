import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Automaton } from "../../../../src/core/schema/pattern/automaton.ts";
import { patternOf } from "../../../../src/core/schema/pattern/pattern.ts";
import { programOf } from "../../../../src/core/schema/pattern/program.ts";
import { MAX_PATTERN_LENGTH, readPattern } from "../../../../src/core/schema/pattern/read-pattern.ts";
import { Budget, BudgetSpent } from "../../../../src/core/schema/budget.ts";

const matches = (pattern: string, text: string): boolean | undefined => patternOf(pattern)?.test(text, new Budget(1e9));
/** What a text costs a pattern, on a machine that may have met other texts. */
const cost = (automaton: Pick<Automaton, "test">, text: string): number => {
  const work = new Budget(1e9);
  automaton.test(text, work);
  return work.used;
};
const fresh = (pattern: string): Automaton => {
  const read = readPattern(pattern);
  if (!read.ok) throw new Error(read.error.message);
  return new Automaton(programOf(read.value.node));
};

/** Patterns of every construct that is accepted, over few characters so that texts often match. */
const atom = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom("a", "b", "é", "1", " ", "\\.", "\\/", "\\n", "\\x61", "\\u0062", "\\u{1f600}"),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(".", "\\d", "\\D", "\\w", "\\W", "\\s", "\\S", "\\p{L}", "\\P{Lu}", "\\cJ", "(?:\\0)"),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(
        fc.boolean(),
        fc.array(
          fc.constantFrom("a", "b", "a-z", "0-9", "\\d", "\\W", "\\s", "\\p{Lu}", "\\b", "\\-", "^", "é-ü", "😀"),
          {
            maxLength: 3,
          },
        ),
        fc.constantFrom("", "-"),
      )
      .map(([negated, parts, dash]) => `[${negated ? "^" : ""}${parts.join("")}${dash}]`),
  },
);
const edge = fc.constantFrom("^", "$", "\\b", "\\B");
const pattern = fc.letrec<{ choice: string; term: string; sequence: string }>((tie) => ({
  choice: fc.array(tie("sequence"), { minLength: 1, maxLength: 3 }).map((options) => options.join("|")),
  sequence: fc
    .array(fc.oneof({ weight: 5, arbitrary: tie("term") }, { weight: 1, arbitrary: edge }), { maxLength: 4 })
    .map((all) => all.join("")),
  term: fc
    .tuple(
      fc.oneof(
        { maxDepth: 3 },
        atom,
        fc.tuple(fc.constantFrom("(", "(?:"), tie("choice")).map(([open, inner]) => `${open}${inner})`),
      ),
      fc.constantFrom("", "", "", "*", "+", "?", "*?", "{2}", "{0,2}", "{1,}", "{0}", "{2,3}?"),
    )
    .map((parts) => parts.join("")),
})).choice;
const text = fc.string({
  unit: fc.constantFrom("a", "b", "A", "1", " ", "_", ".", "\n", "\u2028", "é", "😀", "\ud83d", "\b"),
  maxLength: 7,
});

describe("a pattern", () => {
  it("matches what ECMAScript matches", () => {
    fc.assert(
      fc.property(pattern, fc.array(text, { minLength: 1, maxLength: 5 }), (source, texts) => {
        const native = new RegExp(source, "u");
        const machine = fresh(source);
        for (const one of texts) {
          // V8 looks for \B between the halves of a character too, which ECMAScript does not.
          if (source.includes("\\B") && /[\ud800-\udfff]/.test(one)) continue;
          if (machine.test(one, new Budget(1e9)) !== native.test(one))
            expect.fail(`${source} on ${JSON.stringify(one)}`);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it("is accepted where ECMAScript accepts it, except for what takes more than linear time", () => {
    const part = fc.constantFrom(
      ...[
        "a",
        "\\",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "?",
        "*",
        "+",
        "|",
        "^",
        "$",
        "-",
        ",",
        "1",
        "0",
        ":",
        "<",
        ">",
        "u",
        "x",
      ],
      ...["p", "k", "c", "b", "n", "/", "d", "(?:", "(?<n>", "\\u{61}", "\\x61", "\\p{L}", "{1,2}", "[a-z]", "😀"],
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
        const source = parts.join("");
        const read = readPattern(source);
        if (!read.ok && /not accepted/.test(read.error.message)) return;
        let accepted = true;
        try {
          void new RegExp(source, "u");
        } catch {
          accepted = false;
        }
        expect([source, read.ok]).toEqual([source, accepted]);
      }),
      { numRuns: 20_000 },
    );
  });

  it.each([
    ["a(?=b)", 1, "look-ahead"],
    ["a(?!b)", 1, "look-ahead"],
    ["(?<=a)b", 0, "look-behind"],
    ["x(?<!a)b", 1, "look-behind"],
    ["(a)\\1", 3, "refers back"],
    ["(?<n>a)\\k<n>", 7, "refers back"],
    ["(?i:a)", 0, "not a regular expression"],
    ["(?P<n>a)", 0, "not a regular expression"],
    ["[[:alpha:]]", 10, "not a regular expression"],
    ["a{1000}{1000}", 7, "not a regular expression"],
    ["(?:a{1000}){1000}", 0, "repeats too much"],
    [
      "(?:(?:(?:a{9007199254740993}){0,9007199254740993}){9007199254740993}){0,9007199254740993}",
      0,
      "repeats too much",
    ],
    ["(".repeat(200), 101, "nested more than 100 deep"],
    ["a".repeat(MAX_PATTERN_LENGTH + 1), MAX_PATTERN_LENGTH, "longer than"],
  ])("%.30s is refused at %i: %s", (source, at, why) => {
    const read = readPattern(source);
    expect(read).toMatchObject({
      ok: false,
      error: { at, message: expect.stringContaining(why), hint: expect.stringMatching(/.+/) },
    });
    expect(patternOf(source)).toBeNull();
  });

  it("takes work in proportion to the text, whatever it is", () => {
    const hostile = [
      ["^(a+)+$", false],
      ["^(a|aa)*$", false],
      ["(a*)*b", false],
      ["^(?:a?){60}a{60}$", false],
      ["([a-z]+-?)*[a-z]+!", true],
      ["(x+x+)+y", false],
      ["^(([a-z])+.)+[A-Z]([a-z])+$", false],
    ] as const;
    for (const [source, answer] of hostile) {
      const machine = fresh(source);
      const [short, long] = [cost(machine, `${"a".repeat(1_000)}!`), cost(machine, `${"a".repeat(100_000)}!`)];
      expect([source, long < 110 * short, matches(source, `${"a".repeat(31)}!`)]).toEqual([source, true, answer]);
    }
  });

  it("ends in the middle of a text when the work is spent", () => {
    const text = `${"ab".repeat(20)}b`.repeat(10_000);
    expect(() => patternOf("[ab]*a[ab]{200}c")?.test(text, new Budget(100_000))).toThrow(BudgetSpent);
    expect(() => patternOf("^[ab]*c")?.test(text, new Budget(10_000))).toThrow(BudgetSpent);
  });

  it("costs the same whatever it has met before", () => {
    const texts = fc.array(text, { maxLength: 4 });
    fc.assert(
      fc.property(pattern, text, texts, (source, one, others) => {
        const machine = fresh(source);
        for (const other of others) machine.test(other, new Budget(1e9));
        expect([source, cost(machine, one)]).toEqual([source, cost(fresh(source), one)]);
      }),
    );
  });

  it("forgets what it has learnt when that is too much, and answers as before", () => {
    const machine = fresh("^[ab]*a[ab]{14}$");
    let [seed, text] = [7, ""];
    for (let i = 0; i < 30_000; i++) text += "ab"[((seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) >> 16) & 1];
    const ends = (tail: string): boolean => machine.test(text + tail, new Budget(1e9));
    expect([ends(`a${"b".repeat(14)}`), ends(`b${"a".repeat(14)}`), ends("c")]).toEqual([true, false, false]);
    expect(cost(machine, "ab")).toBe(cost(fresh("^[ab]*a[ab]{14}$"), "ab"));
  });

  it("tells characters of any number apart", () => {
    const machine = fresh("^[\\p{L}\\u{10000}-\\u{10fff}]+$");
    let all = "";
    for (let code = 0x100; code < 0x3000; code++) all += String.fromCodePoint(code);
    const letters = [...all].filter((char) => /\p{L}/u.test(char)).join("");
    expect([machine.test(letters, new Budget(1e9)), machine.test(all, new Budget(1e9))]).toEqual([true, false]);
  });
});
