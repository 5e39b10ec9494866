import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { localToken } from "../../../src/cli/dev/token.ts";

describe("the local token", () => {
  let folder: string;
  let file: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "onex-token-"));
    file = join(folder, ".dev.vars");
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("is made once, kept in a file for its owner alone, and found again", async () => {
    const made = localToken(file);
    expect(made).toEqual({ value: expect.stringMatching(/^[\w-]{32,}$/), created: true });
    expect(await readFile(file, "utf8")).toBe(`ONEX_TOKEN=${made.value}\n`);
    expect((await stat(file)).mode & 0o077).toBe(0);
    expect(localToken(file)).toEqual({ value: made.value, created: false });
  });

  it("differs from one place to the next", () => {
    expect(localToken(file).value).not.toBe(localToken(`${file}.other`).value);
  });

  it("leaves what else is in the file as it is, a missing last newline included", async () => {
    await writeFile(file, "OTHER=1");
    const { value } = localToken(file);
    expect(await readFile(file, "utf8")).toBe(`OTHER=1\nONEX_TOKEN=${value}\n`);
  });

  it.each([
    ["quoted", 'ONEX_TOKEN="abc def"\n', "abc def"],
    ["in single quotes", "ONEX_TOKEN='abc'", "abc"],
    ["spaced and exported", "export ONEX_TOKEN = abc \nOTHER=1\n", "abc"],
    ["after others", "A=1\nONEX_TOKEN=abc\n", "abc"],
    ["behind Windows line ends", "A=1\r\nONEX_TOKEN=abc\r\n", "abc"],
    ["half quoted", 'ONEX_TOKEN="abc', '"abc'],
    ["of one quote", "ONEX_TOKEN='", "'"],
    ["indented", "  export\tONEX_TOKEN= a=b ", "a=b"],
  ])("is read when it is %s", async (_, text, value) => {
    await writeFile(file, text);
    expect(localToken(file)).toEqual({ value, created: false });
  });

  it.each([
    ["commented out", "# ONEX_TOKEN=abc\n"],
    ["another's", "MY_ONEX_TOKEN=abc\n"],
    ["empty", "ONEX_TOKEN=\n"],
  ])("is not taken where it is %s", async (_, text) => {
    await writeFile(file, text);
    const { value, created } = localToken(file);
    expect(created).toBe(true);
    expect(value).not.toBe("abc");
  });
});
