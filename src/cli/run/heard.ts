import { oneLine } from "../printer.ts";
import type { Sink } from "../shell.ts";
import type { Heard } from "./runner.ts";

/** Says so when nobody hears an event that was sent; it was taken all the same, and a step may yet wait for it. */
export async function noteIfUnheard(name: string, { steps, awaited }: Heard, sink: Sink): Promise<void> {
  if (steps.length > 0) return;
  const others = awaited.length === 0 ? "no step waits for any event" : `waited for: ${awaited.join(", ")}`;
  await sink.write(oneLine(`note: no step waits for the event '${name}'; ${others}`) + "\n");
}
