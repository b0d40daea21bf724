/** Answers `GET /v1/models` in the words of the vendor that is asked. */

/** Seconds since the epoch at which the simulated models say they were made. */
const CREATED_S = 1_767_225_600;

/** Models that are listed; every other name is answered too. */
const MODELS = ["claude-sonnet-5", "claude-haiku-4-5", "gpt-5.5", "gpt-5.5-mini", "local-model"] as const;

/** The list, as Anthropic gives it to requests with its version header, else as OpenAI does. */
export function listModels(isAnthropic: boolean): object {
  if (!isAnthropic) {
    const data = MODELS.map((id) => ({ id, object: "model", created: CREATED_S, owned_by: "simulator" }));
    return { object: "list", data };
  }
  const data = MODELS.map((id) => ({
    type: "model",
    id,
    display_name: id,
    created_at: new Date(CREATED_S * 1_000).toISOString(),
  }));
  return { data, first_id: MODELS[0], last_id: MODELS.at(-1), has_more: false };
}
