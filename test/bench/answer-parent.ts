/** Questions of the bench to one of its processes, over the channel between them. */

/** A question. `id` comes back with the answer. */
export interface Question {
  readonly id: number;
  readonly kind: string;
}

/** An answer, or why there is none. */
export type Reply<Answer> =
  | { readonly id: number; readonly answer: Answer }
  | { readonly id: number; readonly fault: string };

/** Answers questions of one kind; questions of other kinds are for others in the same process. */
export function answerParent<Asked extends Question>(
  kind: Asked["kind"],
  answer: (question: Asked) => Promise<object>,
): void {
  process.on("message", (question: Asked) => {
    if (question.kind === kind) void reply(question.id, answer(question));
  });
}

async function reply(id: number, answering: Promise<object>): Promise<void> {
  try {
    process.send?.({ id, answer: await answering } satisfies Reply<object>);
  } catch (error) {
    process.send?.({ id, fault: error instanceof Error ? error.message : String(error) } satisfies Reply<object>);
  }
}
