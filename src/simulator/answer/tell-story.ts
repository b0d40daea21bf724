/** The text of an answer: the story from its beginning, or from where another model stopped. */

import type { PartialAnswer } from "./ask.ts";
import type { ContinuationManner } from "./manner.ts";
import { OTHER_STORY, STORY } from "./story.ts";

/** Characters after which a model that starts over differently leaves the story. */
const DIVERGES_AFTER_CHARACTERS = 100;

/** Lengths of the partial answer's tail that are looked for, in characters; a shorter tail could be anywhere. */
const TAIL_CHARACTERS = [128, 64, 32, 16, 8] as const;

/** Tells the story: all of it, or what is left of it behind `partial`, in the given manner. */
export function tellStory(partial: PartialAnswer | undefined, manner: ContinuationManner): string {
  if (partial === undefined) return STORY;
  switch (manner.kind) {
    case "exact":
      return STORY.slice(endOf(partial.text));
    case "repeat":
      return STORY.slice(wordsBefore(endOf(partial.text), manner.words));
    case "start-over":
      return STORY;
    case "start-over-differently":
      return STORY.slice(0, DIVERGES_AFTER_CHARACTERS) + OTHER_STORY;
    default:
      return manner satisfies never;
  }
}

/** Where in the story `text` ends; 0 if it is not from the story. */
function endOf(text: string): number {
  if (STORY.startsWith(text)) return text.length;
  for (const length of TAIL_CHARACTERS) {
    const tail = text.slice(-length);
    const at = tail.length < length ? -1 : STORY.indexOf(tail);
    if (at >= 0) return at + tail.length;
  }
  return 0;
}

/** The start of the word that is `words` words before `end`. */
function wordsBefore(end: number, words: number): number {
  const starts = [...STORY.slice(0, end).matchAll(/\S+/gu)].map((word) => word.index);
  return words === 0 ? end : (starts.at(-words) ?? 0);
}
