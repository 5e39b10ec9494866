/** A Worker of one's own: what its module makes and exports. */
export { createOnex } from "./create-onex.ts";
export type { Onex, OnexOptions } from "./create-onex.ts";
export type { OnexBindings } from "./bindings.ts";
export type { OwnHandler } from "./env.ts";
export { Limiter } from "./objects/limiter.ts";
export { RunRing } from "./objects/run-ring.ts";
export { RunnerPool } from "./objects/runner-pool.ts";
export { TrustMemory } from "./objects/trust-memory.ts";

/** What handlers of one's own are made with. */
export { fault, RuntimeHostError } from "../src/core/errors.ts";
export { envelopeHandler } from "../src/infra/handlers/envelope-lifecycle.ts";
export { handler } from "../src/infra/handlers/handler-lifecycle.ts";
export type { EnvelopeHandler } from "../src/spi/envelope-handler.ts";
export type { Handler, NodeCall, NodeOutput } from "../src/spi/handler.ts";
