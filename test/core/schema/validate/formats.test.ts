import { Validator } from "@cfworker/json-schema";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FORMATS } from "../../../../src/core/schema/validate/formats.ts";

const test = (format: string, text: string): boolean | undefined => FORMATS[format]?.test(text);

/** Formats in which the library and the standard say the same, and of what their texts are put together. */
const AGREED: Readonly<Record<string, readonly string[]>> = {
  date: ["2", "0", "1", "3", "9", "-", "2026-02-29", "2024-02-29", "1900-02-29", "2026-12-31"],
  time: ["2", "3", ":", "5", "9", "0", "Z", "z", "+", ".", "-", "23:59:60", "60", "00:00:00", "01:00"],
  "date-time": ["2026-01-01", "T", "t", " ", "00:00:00", "Z", "x", ".5", "+01:00"],
  duration: ["P", "T", "1", "2", "Y", "M", "D", "H", "S", "W"],
  email: ["a", "@", ".", "-", '"', "\\", "b", "é", "[", " ", "]", "1.2.3.4", "IPv6:", "::1", "com"],
  hostname: ["a", ".", "-", "1", "_", "é", "a".repeat(63)],
  ipv4: ["1", ".", "255", "256", "0", "01", "1.2.3."],
  ipv6: [":", "::", "1", "abcd", "g", "1.2.3.4", "12345", "1:2:3:4:5:6"],
  uuid: ["0", "a", "-", "01234567-89ab-cdef-0123-456789abcdef", "f"],
  "json-pointer": ["/", "a", "~", "~0", "~1", "#", "é", " "],
  "json-pointer-uri-fragment": ["#", "/", "a", "~", "~0", "~1", "%41", "é"],
  "relative-json-pointer": ["0", "1", "/", "#", "~", "a"],
  "uri-template": ["a", "{", "}", "+", "/", "?", ",", ".", ":3", "*", "%41", "%", " ", "b", '"', "'", "^"],
};

describe("formats", () => {
  it.each(Object.entries(AGREED))("%s is what the library takes for it", (format, parts) => {
    const library = new Validator({ format }, "2020-12");
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...parts), { maxLength: 7 }), (chosen) => {
        const text = chosen.join("");
        if (test(format, text) !== library.validate(text).valid) expect.fail(`${format}: ${JSON.stringify(text)}`);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ["uri", "https://user:pw@example.org:8080/a/b;c?d=e&f#g", true],
    ["uri", "urn:isbn:0451450523", true],
    ["uri", "mailto:someone@example.org", true],
    ["uri", "a:", true],
    ["uri", "http://[::1]:80/", true],
    ["uri", "http://[v1.a:b]/", true],
    ["uri", "http://[::1", false],
    ["uri", "http://example.org:80a/", false],
    ["uri", "http://a b/", false],
    ["uri", "http://a/%4", false],
    ["uri", "http://a/é", false],
    ["uri", "/relative", false],
    ["uri", "1a://b", false],
    ["uri-reference", "/relative?a#b", true],
    ["uri-reference", "", true],
    ["uri-reference", "a/b:c", true],
    ["uri-reference", "1:b", false],
    ["uri-reference", 'a"b', false],
    ["url", "https://10.0.0.1/a", true],
    ["url", "https://a-a-a-a-a-a-a-a.example/", true],
    ["url", "https:///a", false],
    ["url", "javascript:alert(1)", false],
    ["regex", "^(a|b)+$", true],
    ["regex", "a(?=b)", true],
    ["regex", "(", false],
    ["regex", "\\Z", false],
  ])("%s: %s is %s", (format, text, expected) => {
    expect(test(format, text)).toBe(expected);
  });
});
