/** Tells what a text in Markdown consists of. */

import { create } from "@bufbuild/protobuf";
import { type TextStructure, TextStructureSchema } from "../../../gen/ts/understudy/v1/comparison_service_pb.ts";

const HEADING = /^#{1,6}\s+\S/mu;
const LIST_ITEM = /^\s*(?:[-*+]|\d{1,3}[.)])\s+\S/mu;
const CODE_BLOCK = /^\s*(?:```|~~~)/mu;
const TABLE_RULE = /^\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)+\|?\s*$/mu;

/** Only whether there is any: how many there are is the model's taste, and differs from one run to the next. */
export function makeTextStructure(text: string): TextStructure {
  return create(TextStructureSchema, {
    headings: HEADING.test(text),
    lists: LIST_ITEM.test(text),
    code: CODE_BLOCK.test(text),
    tables: TABLE_RULE.test(text),
  });
}
