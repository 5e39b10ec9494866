import type { JsonObject } from "../../contracts/json/json.ts";
import { DEFAULT_PROFILE } from "../../src/core/operation/operation-node.ts";
import type { EnvelopeHandler, HandlerBinding } from "../../src/spi/envelope-handler.ts";

/** A handler bound as a contract without options binds it, without waiting between attempts. */
export const bindingOf = (
  handler: EnvelopeHandler,
  config: JsonObject = {},
  changes: Partial<HandlerBinding> = {},
): HandlerBinding => ({
  handler,
  config,
  profile: { ...DEFAULT_PROFILE, retry: { ...DEFAULT_PROFILE.retry, baseMs: 10, maxMs: 100 } },
  ratePerSecond: null,
  breaker: null,
  ...changes,
});
