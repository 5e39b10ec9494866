import { acknowledgedBeforeWritten } from "./acknowledged-before-written.ts";
import { ackBeforeAnswer } from "./ack-before-answer.ts";
import { alarmAfterMutation } from "./alarm-after-mutation.ts";
import { batchNumberReused } from "./batch-number-reused.ts";
import type { Bug } from "./bug.ts";
import { forgottenBeforeArchived } from "./forgotten-before-archived.ts";
import { lateWorkDone } from "./late-work-done.ts";
import { leaseOutlivesRun } from "./lease-outlives-run.ts";
import { lostRetryCount } from "./lost-retry-count.ts";
import { noTokenCheck } from "./no-token-check.ts";
import { rowBeforeObject } from "./row-before-object.ts";
import { tokenGivenAgain } from "./token-given-again.ts";
import { tombstoneForgotten } from "./tombstone-forgotten.ts";
import { trustCountedAgain } from "./trust-counted-again.ts";
import { replanUnderAnyToken } from "./replan-under-any-token.ts";
import { keptStepRestarted } from "./kept-step-restarted.ts";
import { waveDoesNotWait } from "./wave-does-not-wait.ts";
import { slotNeverExpires } from "./slot-never-expires.ts";
import { limitNotAwaited } from "./limit-not-awaited.ts";
import { releasedBeforeAnswered } from "./released-before-answered.ts";
import { cacheKeyWithoutVersion } from "./cache-key-without-version.ts";
import { chainKeyWithoutIndex } from "./chain-key-without-index.ts";
import { resultOutlivesItsTime } from "./result-outlives-its-time.ts";
import { fileCountsForTrust } from "./file-counts-for-trust.ts";
import { handedAndSent } from "./handed-and-sent.ts";
import { handedWithoutLease } from "./handed-without-lease.ts";
import { logLineOverwritten } from "./log-line-overwritten.ts";

/** Every mistake the simulation must find. */
export const PLANTED: readonly Bug[] = [
  noTokenCheck,
  tokenGivenAgain,
  acknowledgedBeforeWritten,
  ackBeforeAnswer,
  alarmAfterMutation,
  lostRetryCount,
  trustCountedAgain,
  tombstoneForgotten,
  forgottenBeforeArchived,
  leaseOutlivesRun,
  lateWorkDone,
  rowBeforeObject,
  batchNumberReused,
  replanUnderAnyToken,
  keptStepRestarted,
  waveDoesNotWait,
  slotNeverExpires,
  limitNotAwaited,
  releasedBeforeAnswered,
  cacheKeyWithoutVersion,
  chainKeyWithoutIndex,
  resultOutlivesItsTime,
  fileCountsForTrust,
  handedAndSent,
  handedWithoutLease,
  logLineOverwritten,
];
