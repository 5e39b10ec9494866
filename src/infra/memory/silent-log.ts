import type { Log } from "../../spi/log.ts";

/** A log that says nothing: for tests and embedded use. */
export const silentLog: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };
