import "../cli/node-20.ts";

/** Tests of a project of one's own: an engine in this process, with the project's nodes and stand-ins for others. */
export { testNode } from "../authoring/test-node.ts";
export type { NodeTrial } from "../authoring/test-node.ts";
export { nodesIn } from "./nodes-in.ts";
export { testOnex } from "./test-onex.ts";
export type { TestGoal, TestOnex, TestOnexOptions } from "./test-onex.ts";
export type { Mock, Mocks } from "./mock-handlers.ts";
