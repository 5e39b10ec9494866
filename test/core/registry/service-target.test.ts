import { describe, expect, it } from "vitest";
import { serviceTarget } from "../../../src/core/registry/service-target.ts";

describe("the target of a service entrypoint", () => {
  it("is a binding and a method", () => {
    expect(serviceTarget("NODES#run")).toEqual({ binding: "NODES", method: "run" });
    expect(serviceTarget("_n2#fetch")).toEqual({ binding: "_n2", method: "fetch" });
  });

  it.each([
    ...["", "#", "NODES", "NODES#", "#run", "NODES#run#more", "NODES #run", "NODES#run()", "NODES#a.b", "2N#run"],
    ...["NODES#_run", "NODES#constructor", "NODES#then", "NODES#queue", "NODES#scheduled", "NODES#toString"],
    ...["NODES#run\n", "NODES#__proto__", `${"N".repeat(101)}#run`, "https://example.com/#run"],
  ])("is nothing else: %j", (target) => {
    expect(serviceTarget(target)).toBeNull();
  });
});
