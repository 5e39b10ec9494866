import { memoryBreakerBoard } from "../../src/infra/memory/breaker-board.ts";
import { breakerBoardContract } from "../support/contracts/breaker-board.ts";

breakerBoardContract("memory", async () => memoryBreakerBoard());
