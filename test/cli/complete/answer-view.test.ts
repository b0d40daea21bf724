import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { StreamCompleteResponseSchema } from "../../../gen/ts/understudy/v1/completion_service_pb.ts";
import { createAnswerTextView } from "../../../src/cli/complete/answer-view.ts";
import { recordTerminal } from "../record-terminal.ts";
import { completes, says, switched } from "./answers.ts";

const note = "-- switched claude-direct -> claude-on-azure: stalled after 4 bytes, gap 2.1 s --";
const summary = /-- claude-direct, claude-on-azure; .*\n$/u;

async function show(
  terminal: Parameters<typeof createAnswerTextView>[0],
  ...events: MessageInitShape<typeof StreamCompleteResponseSchema>[]
): Promise<void> {
  const view = createAnswerTextView(terminal, performance.now());
  for (const event of events) await view.showEvent(create(StreamCompleteResponseSchema, event));
  await view.end();
}

test.each([
  { first: "Once", shown: `Once\n${note}\n upon` },
  { first: "One\n", shown: `One\n${note}\n upon` },
])("shows a switch on a line of its own behind $first", async ({ first, shown }) => {
  const terminal = recordTerminal();
  await show(terminal, says(first), switched(4), says(" upon"));
  expect(terminal.screen()).toBe(`${shown}\n`);
});

test("starts the summary on a new line of a terminal", async () => {
  const terminal = recordTerminal();
  await show(terminal, says("Once"), completes("Once"));
  expect(terminal.screen().replace(summary, "(summary)")).toBe("Once\n(summary)");
});

test("adds nothing to the text where stdout is a file", async () => {
  const terminal = recordTerminal({ outIsTerminal: false });
  await show(terminal, says("Once"), switched(4), says(" upon"), completes("Once upon"));
  expect(terminal.stdout()).toBe("Once upon");
  expect(terminal.stderr().replace(summary, "(summary)")).toBe(`${note}\n(summary)`);
});

test("leaves the text on the terminal whole where stderr is a file", async () => {
  const terminal = recordTerminal({ errIsTerminal: false });
  await show(terminal, says("Once"), switched(4), says(" upon"));
  expect(terminal.stdout()).toBe("Once upon\n");
  expect(terminal.stderr()).toBe(`${note}\n`);
});
