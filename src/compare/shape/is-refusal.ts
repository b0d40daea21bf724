/** Recognises that a model declined to answer. */

import { FinishReason } from "../../../gen/ts/understudy/v1/conversation_pb.ts";

/** How models begin to decline, in the language of most of their training. */
const BEGINNINGS =
  /^\W*(?:(?:i['’]?m|i am) (?:really |very |so )?(?:sorry|afraid|unable|not able)|sorry,? (?:but )?i|i apologi[sz]e|i (?:can['’]?t|can ?not|won['’]?t|will not|must decline))\b/iu;

/** A text that goes on for longer than this declined a detail at most. In characters. */
const MAX_REFUSAL_LENGTH = 600;

/** Whether the answer declines: by its finish reason, or by what a short text begins with. */
export function isRefusal(finishReason: FinishReason, text: string): boolean {
  if (finishReason === FinishReason.REFUSAL || finishReason === FinishReason.CONTENT_FILTER) return true;
  return text.length <= MAX_REFUSAL_LENGTH && BEGINNINGS.test(text);
}
