export { default, RunRing, TrustMemory } from "../../../workers/index.ts";
