/** The page: its form, the answer as it comes, and the state of the connection. */

import type { RouteSwitched } from "../../gen/ts/understudy/v1/completion_service_pb.ts";
import { describeSwitch } from "./describe-switch.ts";
import { element } from "./element.ts";
import { makeFailureView } from "./failure-view.ts";
import type { Failure } from "./read-failure.ts";
import type { Listener, Question } from "./stream-answer.ts";

export type ConnectionState =
  | "idle"
  | "connecting"
  | "streaming"
  | "waiting"
  | "lost"
  | "complete"
  | "cancelled"
  | "failed";

export interface Page extends Listener {
  /** Text that was shown, without the notes at seams. */
  readonly shownText: string;
  /** Clears what the last question left, and lets the person cancel. Returns the new one. */
  begin(): Question;
  complete(facts: string): void;
  fail(failure: Failure): void;
  onAsk(ask: () => void): void;
  onCancel(cancel: () => void): void;
}

function find<E extends Element>(selector: string, kind: new () => E): E {
  const found = document.querySelector(selector);
  if (!(found instanceof kind)) throw new Error(`the page has no ${selector}`);
  return found;
}

/** Takes over the elements of index.html. */
export function createPage(): Page {
  const form = find("form", HTMLFormElement);
  const server = find("[name=server]", HTMLInputElement);
  const workload = find("[name=workload]", HTMLInputElement);
  const prompt = find("[name=prompt]", HTMLTextAreaElement);
  const askButton = find("[name=ask]", HTMLButtonElement);
  const cancelButton = find("[name=cancel]", HTMLButtonElement);
  const connection = find("output", HTMLOutputElement);
  const answer = find("article", HTMLElement);
  const failureBox = find(".failure", HTMLElement);
  const footer = find("footer", HTMLElement);
  server.value = new URLSearchParams(location.search).get("server") ?? location.origin;
  let shownText = "";
  let route = "";

  const setState = (state: ConnectionState, words: string): void => {
    connection.dataset["state"] = state;
    connection.value = words;
    const busy = ["connecting", "streaming", "waiting", "lost"].includes(state);
    askButton.disabled = busy;
    cancelButton.disabled = !busy;
  };
  const note = (words: string): void => answer.append(element("span", "seam", words));

  return {
    get shownText() {
      return shownText;
    },
    begin() {
      shownText = "";
      answer.replaceChildren();
      failureBox.hidden = footer.hidden = true;
      setState("connecting", "connecting");
      return { server: server.value, workload: workload.value, prompt: prompt.value };
    },
    started(first) {
      route = first;
      setState("waiting", `${route} was asked`);
    },
    text(text) {
      shownText += text;
      answer.append(text);
      setState("streaming", `${route} answers`);
    },
    switched(event: RouteSwitched) {
      route = event.to;
      note(describeSwitch(event));
      setState("waiting", `${route} took over`);
    },
    heartbeat() {
      setState("waiting", `${route} is silent; the connection is alive (${new Date().toLocaleTimeString()})`);
    },
    interrupted(delayMs) {
      note("the answer broke off here");
      setState("lost", `broken off; resuming in ${(delayMs / 1000).toFixed(1)} s`);
    },
    complete(facts) {
      setState("complete", "complete");
      footer.textContent = facts;
      footer.hidden = false;
    },
    fail(failure) {
      if (failure.kind === "cancelled") {
        setState("cancelled", "cancelled: the upstream was told to stop");
        return;
      }
      setState("failed", shownText === "" ? "failed" : "failed: the answer is not complete");
      failureBox.replaceChildren(...makeFailureView(failure));
      failureBox.hidden = false;
    },
    onAsk(ask) {
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        ask();
      });
    },
    onCancel(cancel) {
      cancelButton.addEventListener("click", cancel);
    },
  };
}
