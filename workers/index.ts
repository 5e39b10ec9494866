import { createOnex } from "./create-onex.ts";

export { Limiter } from "./objects/limiter.ts";
export { RunRing } from "./objects/run-ring.ts";
export { RunnerPool } from "./objects/runner-pool.ts";
export { TrustMemory } from "./objects/trust-memory.ts";

export default createOnex<Env>() satisfies ExportedHandler<Env>;
