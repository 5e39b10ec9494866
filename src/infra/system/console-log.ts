import { printable } from "../../core/printable.ts";
import type { Log, LogFields } from "../../spi/log.ts";

type Level = "info" | "warn" | "error";

/** One JSON object a line on the console. Nothing a sender wrote is obeyed by a terminal that shows the line. */
export const consoleLog: Log = {
  info: (message, fields) => write("info", message, fields),
  warn: (message, fields) => write("warn", message, fields),
  error: (message, fields) => write("error", message, fields),
};

function write(level: Level, message: string, fields: LogFields): void {
  console[level](printable(JSON.stringify({ level, message, ...fields })));
}
