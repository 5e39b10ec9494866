import { runCodec, runOf, type RunCodec } from "../../core/run/codec/codec.ts";
import type { RunState } from "../../core/run/model/state.ts";
import type { StoredForms } from "../../core/stored/forms.ts";
import { RecentPlans } from "./read-plans.ts";

/** The plans of one isolate: its rings, consumers and routes read the same runs. */
export const recentPlans = new RecentPlans();

/** How runs are written and read here. */
export const codecOf = (forms?: StoredForms): RunCodec => runCodec(forms, recentPlans);

const own = codecOf();

/** The run of a record that must be readable: a refusal is thrown. */
export const decodeRun = (text: string, changes?: readonly string[]): RunState => runOf(own.read(text, changes));

export const encodeRun: RunCodec["encode"] = own.encode;
export const readRun: RunCodec["read"] = own.read;
