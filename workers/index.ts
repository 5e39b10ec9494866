import { createOnex } from "./onex.ts";

export { Limiter, RunRing, RunnerPool, TrustMemory } from "./onex.ts";

export default createOnex<Env>() satisfies ExportedHandler<Env>;
