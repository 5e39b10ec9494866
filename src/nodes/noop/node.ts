import type { BuiltinNode } from "../../spi/handler.ts";

/** Hands its input on, or null when it gets none. */
export const noop: BuiltinNode = ({ input }) => ({ result: { "noop.output": input["noop.input"] ?? null } });
