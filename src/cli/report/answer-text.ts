/** Finds the texts that belong to a sample, for reports that carry text. */

import {
  SampleResult_Run as Run,
  type Sample,
  type SampleResult,
} from "../../../gen/ts/understudy/v1/comparison_service_pb.ts";

/** Longest text of one answer in a report, in characters: a page must stay readable. */
const MAX_SHOWN = 4_000;

/** Text of one run, under what it is called. */
export interface ShownText {
  readonly title: string;
  readonly text: string;
}

/** The last turn of a sample, and what the primary and the backup answered. */
export function findTexts(
  sample: string,
  samples: readonly Sample[],
  results: readonly SampleResult[],
  primary: string,
  backup: string,
): ShownText[] {
  const turn = samples.find(({ name }) => name === sample)?.request?.messages.at(-1);
  const prompt = turn?.text ?? turn?.parts.map(({ kind }) => (kind.case === "text" ? kind.value : "")).join("");
  const answer = (route: string, run: SampleResult["run"]): string | undefined => {
    const found = results.find((result) => result.sample === sample && result.route === route && result.run === run);
    return found?.response === undefined ? undefined : answerText(found);
  };
  return [
    { title: "last turn", text: prompt },
    { title: primary, text: answer(primary, Run.PRIMARY) },
    { title: `${primary} again`, text: answer(primary, Run.PRIMARY_AGAIN) },
    { title: backup, text: answer(backup, Run.BACKUP) },
    { title: `${primary}, then ${backup}`, text: answer(backup, Run.SWITCH) },
  ].flatMap(({ title, text }) => (text === undefined || text === "" ? [] : [{ title, text: cut(text) }]));
}

function answerText({ response }: SampleResult): string {
  return (response?.parts ?? [])
    .map(({ kind }) => {
      if (kind.case === "text") return kind.value;
      return kind.case === "toolCall" ? `${kind.value.name}(${kind.value.argumentsJson})` : "";
    })
    .join("\n");
}

function cut(text: string): string {
  return text.length <= MAX_SHOWN ? text : `${text.slice(0, MAX_SHOWN)}…`;
}
