import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { WorkloadSchema } from "../../gen/ts/understudy/config/v1/config_pb.ts";
import { findWorkload } from "../../src/plan/find-workload.ts";

const summaries = create(WorkloadSchema, { primary: "a" });

test("finds a workload by its name", () => {
  expect(findWorkload("summaries", { summaries })).toBe(summaries);
});

test.each(["", "mails", "constructor", "__proto__"])("refuses %j, which is not configured", (name) => {
  expect(() => findWorkload(name, { summaries })).toThrow(`workload ${name} is not configured; there are: summaries`);
});
