import type { RunView } from "../../../contracts/api/run.ts";
import type { RunSignal } from "../../../contracts/api/signals.ts";
import { painter } from "../paint.ts";
import { ownSequence } from "../printer.ts";
import type { Shell, Sink } from "../shell.ts";
import type { OnSignal } from "./runner.ts";
import { signalTeller } from "./signal-text.ts";
import { StepBoard } from "./step-board.ts";

/** Runs of more steps than this are told line by line on a terminal too. */
const MAX_BOARD = 30;

/** Shows a run as it goes: every step in its place on a terminal, a line a signal in a pipe. */
export function watcher(view: Pick<RunView, "steps">, sink: Sink, shell: Shell): OnSignal {
  const paint = painter(shell, sink);
  if (!sink.isTerminal || view.steps.length > MAX_BOARD) {
    const tell = signalTeller(paint);
    return (signal) => sink.write(tell(signal));
  }
  const board = new StepBoard(view);
  let drawn = 0;
  return (signal: RunSignal) => {
    board.apply(signal);
    // A terminal that does not know its width says 0.
    const lines = board.lines(sink.columns > 0 ? sink.columns : 80, paint);
    const back = drawn === 0 ? "" : ownSequence(`\u001B[${drawn}A\u001B[J`);
    drawn = lines.length;
    return sink.write(`${back}${lines.join("\n")}\n`);
  };
}
