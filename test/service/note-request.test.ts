import { expect, test } from "vitest";
import type { CallMarks } from "../../src/call/call-context.ts";
import { noteRequest } from "../../src/service/note-request.ts";

test.each([
  ["a configured workload", "summaries", "summaries"],
  ["no name that is not configured: it may be anything", "sk-secret", ""],
  ["no name that every object has", "constructor", ""],
  ["that none was named", "", ""],
])("notes %s", (_name, workload, noted) => {
  const marks: CallMarks[] = [];
  const trail = { asked: (asked: CallMarks) => void marks.push(asked), began: () => () => {} };
  noteRequest(trail, { workload, labels: { team: "search" } }, { summaries: {} });
  noteRequest(trail, { workload }, { summaries: {} });
  expect(marks).toEqual([
    { workload: noted, labels: { team: "search" } },
    { workload: noted, labels: {} },
  ]);
});
