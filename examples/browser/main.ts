/** Asks what the form says, and shows the answer. */

import { describeCompletion } from "./describe-completion.ts";
import { createPage } from "./page.ts";
import { readFailure } from "./read-failure.ts";
import { streamAnswer } from "./stream-answer.ts";

const page = createPage();
let cancellation = new AbortController();

async function ask(): Promise<void> {
  cancellation = new AbortController();
  try {
    const completed = await streamAnswer(page.begin(), page, cancellation.signal);
    page.complete(await describeCompletion(completed, page.shownText));
  } catch (error) {
    page.fail(readFailure(error));
  }
}

page.onAsk(() => void ask());
page.onCancel(() => cancellation.abort());
