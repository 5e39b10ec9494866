import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { LONGEST_TAG, MOST_TAGS } from "../../contracts/documents/envelope.ts";
import { MOST_STEPS } from "../../contracts/documents/stored-plan.ts";
import { MAX_JSON_DEPTH, MAX_JSON_VALUES } from "../../src/core/json/read-json.ts";
import { MAX_SNAPSHOT_DEPTH } from "../../src/core/run/codec/snapshot.ts";
import { INLINE_VALUE_BYTES } from "../../src/core/run/model/value.ts";
import { FAULT_TEXT } from "../../src/core/text/clip-fault.ts";
import { MAX_BODY_BYTES } from "../../workers/http/request/body-limit.ts";

const PAGE = readFileSync(new URL("../../docs/operations.md", import.meta.url), "utf8");
const TABLE = PAGE.split("## Limits\n")[1]?.split("\n## ")[0] ?? "";
const grouped = (number: number): string => String(number).replaceAll(/\B(?=(\d{3})+$)/g, ",");

it.each([
  [`| ${MAX_BODY_BYTES / 1_048_576} MiB; an exported run`],
  [`| ${MAX_JSON_DEPTH} levels; an exported run ${MAX_SNAPSHOT_DEPTH};`],
  [`| ${grouped(MAX_JSON_VALUES)} |`],
  [`| ${MOST_TAGS}, of ${LONGEST_TAG} characters |`],
  [`| steps of a plan | ${grouped(MOST_STEPS)} |`],
  [`| ${INLINE_VALUE_BYTES / 1_024} KiB; larger ones`],
  [`| ${grouped(FAULT_TEXT.message)} characters; of a place ${FAULT_TEXT.place},`],
])("the page of limits says %s", (row) => {
  expect(TABLE).toContain(row);
});
