import type { BusTriggerInput } from "../../contracts/messages/bus-trigger.ts";
import type { JsonValue } from "../../contracts/json/json.ts";
import {
  triggerGroupList,
  triggerPage,
  triggerSent,
  type TriggerGroupList,
  type TriggerPage,
  type TriggerSent,
} from "../../contracts/api/triggers-api.ts";
import { readAnswer } from "./answer.ts";
import { OnexError } from "./onex-error.ts";
import type { Transport } from "./transport.ts";

/** A bus message to send; what names it is made up where it is left out. */
export type TriggerInput = Omit<BusTriggerInput, "topic" | "trigger_id" | "idempotent_key" | "source" | "input"> & {
  /** The group it is for. */
  readonly group: string;
  readonly input?: Readonly<Record<string, JsonValue>>;
  readonly trigger_id?: string;
  /** Two messages of a group with the same key are one. */
  readonly idempotent_key?: string;
  readonly source?: string;
};

/** Bus messages and what came of them. */
export interface TriggerClient {
  /** Puts a message on the queue. */
  send(trigger: TriggerInput): Promise<TriggerSent>;
  /** The groups, with the nodes a message to them could and would reach. */
  groups(): Promise<TriggerGroupList>;
  /** A message with its runs and results; rejects with TRIGGER_NOT_FOUND while it has not arrived. */
  get(id: string): Promise<TriggerPage>;
  /** The page once nothing of it is open any more, or as it is after `timeoutMs`; null when it has not arrived by then. */
  wait(id: string, timeoutMs: number): Promise<TriggerPage | null>;
}

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;

export function triggerClient(
  transport: Transport,
  name: string,
  newKey: () => string,
  now: () => number,
): TriggerClient {
  const json = async (path: string): Promise<unknown> => (await transport.json({ method: "GET", path })).body;
  const get: TriggerClient["get"] = async (id) =>
    readAnswer(triggerPage, await json(`/v1/triggers/${encodeURIComponent(id)}`));
  return {
    async send({ group, ...trigger }) {
      const id = trigger.trigger_id ?? newKey();
      const body = {
        source: name,
        idempotent_key: id,
        input: {},
        ...trigger,
        trigger_id: id,
        topic: `node.exec.request.${group}`,
      };
      return readAnswer(triggerSent, (await transport.json({ method: "POST", path: "/v1/triggers", body })).body);
    },
    groups: async () => readAnswer(triggerGroupList, await json("/v1/triggers")),
    get,
    async wait(id, timeoutMs) {
      const end = now() + timeoutMs;
      for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
        const page = await arrived(() => get(id));
        if ((page && !isOpen(page)) || now() + pause > end) return page;
        await transport.sleep(pause);
      }
    },
  };
}

async function arrived(ask: () => Promise<TriggerPage>): Promise<TriggerPage | null> {
  try {
    return await ask();
  } catch (thrown) {
    if (thrown instanceof OnexError && thrown.code === "TRIGGER_NOT_FOUND") return null;
    throw thrown;
  }
}

/** Whether some run of a message is still to begin, or to end. */
const isOpen = ({ runs }: TriggerPage): boolean => runs.some(({ result, error }) => result === null && error === null);
