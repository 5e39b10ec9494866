import { linksOf, samePlace } from "../../core/chain/links.ts";
import type { SequelMessage } from "../../core/chain/message.ts";
import { ownSequelsSince } from "../../core/chain/sequel.ts";
import type { TriggerMessage } from "../../core/trigger/message.ts";
import { triggerOf } from "../../core/run/model/origin.ts";
import { readTrigger } from "../../core/trigger/trigger.ts";
import type { SequelBook } from "../../spi/books/sequel-book.ts";
import type { TriggerStore } from "../../spi/trigger-store.ts";
import type { RunReader } from "../runs/run-reader.ts";
import type { Standing } from "./standing.ts";

/** Whether what should follow a run is still to be done. */
export async function standingOfSequel(
  { tenant, runId, link }: SequelMessage,
  { runs, sequels }: { readonly runs: RunReader; readonly sequels: SequelBook },
): Promise<Standing> {
  const state = await runs.read(tenant, runId);
  if (!state) return { kind: "ended", reason: `there is no run ${runId} any more` };
  const done = await sequels.of(tenant, runId, ownSequelsSince(state.header.createdAt));
  const asked = linksOf(state).filter((one) => link === undefined || samePlace(one, link));
  const open = asked.find((one) => !done.some((sequel) => samePlace(sequel, one) && sequel.childId !== null));
  if (open) return { kind: "waiting", reason: `${open.list}[${open.index}] of run ${runId} has not been sent` };
  const unanswered = link === undefined && triggerOf(state.header) && !done.some(({ list }) => list === "result");
  if (unanswered) return { kind: "waiting", reason: `the trigger of run ${runId} has not been answered` };
  return { kind: "ended", reason: `everything that follows run ${runId} has been done` };
}

/** Whether a bus message is still to be started. */
export async function standingOfTrigger(
  { tenant, trigger }: TriggerMessage,
  { triggers }: { readonly triggers: TriggerStore },
): Promise<Standing> {
  const read = readTrigger(trigger);
  const record = read.ok ? await triggers.get(tenant, read.value.id) : null;
  if (record?.status === "duplicate") {
    return { kind: "ended", reason: `trigger ${record.duplicateOf ?? ""} stands for it` };
  }
  const isStarted = record?.status === "accepted" && record.parts.every(({ runId }) => runId !== null);
  if (isStarted) return { kind: "ended", reason: `everything trigger ${record.id} asks for has been started` };
  return { kind: "waiting", reason: "it has not been started" };
}
