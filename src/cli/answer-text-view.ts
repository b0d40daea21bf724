/** Shows an answer for people: its text alone on stdout, exactly as it is, and everything about it on stderr. */

import type { Completed, RouteSwitched } from "../../gen/ts/understudy/v1/completion_service_pb.ts";
import type { AnswerView } from "./answer-view.ts";
import { formatCompleted } from "./format-completed.ts";
import { formatSwitch } from "./format-switch.ts";
import type { Style } from "./paint.ts";
import type { Terminal } from "./terminal.ts";

/** `startedAtMs` is when the call began, by `performance.now()`. */
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
