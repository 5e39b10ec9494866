import { describe, expect, it } from "vitest";
import { deadLetterClass, deadLetterStatus } from "../../contracts/api/dead-letters.ts";
import { runStatus } from "../../contracts/api/status.ts";
import { ERROR_TYPES, STATUSES as LETTER_STATUSES } from "../../src/cli/dead-letters/filter.ts";
import { STATUSES as RUN_STATUSES } from "../../src/cli/runs/list.ts";
import { onex } from "./support/onex.ts";

/** Where nobody listens: what asks a server there ends with 1. */
const env = { ONEX_URL: "http://127.0.0.1:1", ONEX_TOKEN: "t" };

describe("options with fixed values", () => {
  it("know every value of the contract, and no other", () => {
    expect(RUN_STATUSES).toEqual(runStatus.options);
    expect(LETTER_STATUSES).toEqual(deadLetterStatus.options);
    expect(ERROR_TYPES).toEqual(deadLetterClass.options);
  });

  it.each([
    [["runs", "list", "--status", "stuck"], "Allowed choices are queued, running"],
    [["dlq", "list", "--status", "stuck"], "Allowed choices are open, redriven, resolved"],
    [["dlq", "redrive", "--error-type", "odd"], "Allowed choices are publisher_malformed"],
  ])("%j is refused before a server is asked", async (args, message) => {
    expect(await onex(args, { env })).toMatchObject({ code: 2, stderr: expect.stringContaining(message) });
  });
});
