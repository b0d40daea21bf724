/** Shows an answer: in words for people, or as protobuf JSON for programs. */

import { toJson } from "@bufbuild/protobuf";
import {
  type Completed,
  type CompleteResponse,
  CompleteResponseSchema,
  type RouteSwitched,
  type StreamCompleteResponse,
  StreamCompleteResponseSchema,
} from "../../../gen/ts/understudy/v1/completion_service_pb.ts";
import type { Style } from "../terminal/shown-text.ts";
import type { Output, Terminal } from "../terminal/terminal.ts";
import { formatCompleted, formatSwitch } from "./answer-notes.ts";

/** What `understudy complete` shows of an answer. */
export interface AnswerView {
  /** Shows one event of a streamed answer. */
  showEvent(event: StreamCompleteResponse): Promise<void>;
  /** Shows an answer that came in one piece. */
  showWhole(response: CompleteResponse): Promise<void>;
  /** Leaves the terminal ready for what comes next, also if the answer broke off. */
  end(): Promise<void>;
}

/** Shows one JSON object a line for each event, or one for the whole answer. */
export function createAnswerJsonView(out: Output): AnswerView {
  return {
    showEvent: (event) => out.write(`${JSON.stringify(toJson(StreamCompleteResponseSchema, event))}\n`),
    showWhole: (response) => out.write(`${JSON.stringify(toJson(CompleteResponseSchema, response))}\n`),
    end: () => Promise.resolve(),
  };
}

/**
 * Shows the text alone on stdout, exactly as it is, and everything about it on stderr. `startedAtMs` is when the call
 * began, by `performance.now()`.
 */
export function createAnswerTextView({ out, err }: Pick<Terminal, "out" | "err">, startedAtMs: number): AnswerView {
  let midLine = false; // whether the terminal's cursor stands behind text; never true for a file

  const showText = async (text: string): Promise<void> => {
    midLine = out.isTerminal && !text.endsWith("\n");
    await out.write(text);
  };
  const showNote = async (style: Style, line: string): Promise<void> => {
    if (midLine && err.isTerminal) {
      midLine = false;
      await err.write("\n");
    }
    await err.write(`${err.paint(style, line)}\n`);
  };
  const showSwitch = (switched: RouteSwitched): Promise<void> => showNote("warning", formatSwitch(switched));
  const end = async (): Promise<void> => {
    if (!midLine) return;
    midLine = false;
    await out.write("\n");
  };
  const showCompleted = async (completed: Completed): Promise<void> => {
    await end();
    await showNote("faint", formatCompleted(completed, performance.now() - startedAtMs));
  };

  return {
    end,
    async showEvent({ event }) {
      if (event.case === "textDelta") await showText(event.value.text);
      else if (event.case === "routeSwitched") await showSwitch(event.value);
      else if (event.case === "completed") await showCompleted(event.value);
    },
    async showWhole({ parts, switches, completed }) {
      for (const switched of switches) await showSwitch(switched);
      for (const { kind } of parts) if (kind.case === "text") await showText(kind.value);
      if (completed !== undefined) await showCompleted(completed);
    },
  };
}
