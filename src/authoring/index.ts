/** What authors of nodes in TypeScript need: define a node once, serve it anywhere, try it in tests. */
export { z } from "zod";
export { defineNode } from "./define-node.ts";
export type { DefinedNode, NodeDeclaration, Placing, RunContext } from "./define-node.ts";
export { answerCalls } from "./answer-calls.ts";
export { laterAnswers } from "./later-answers.ts";
export type { LaterOptions, Taken } from "./later-answers.ts";
export { NodeFailure } from "./failure.ts";
export type { FailureCode } from "./failure.ts";
export { serveNodes } from "./serve-nodes.ts";
export type { ServeOptions } from "./serve-nodes.ts";
export { testNode } from "./test-node.ts";
export type { NodeTrial } from "./test-node.ts";
