/** Writes a criterion, or a figure, in words and units. */

import {
  type Criterion,
  Verdict_ResultSchema as ResultSchema,
  type Verdict_Result,
} from "../../../gen/ts/understudy/v1/comparison_service_pb.ts";
import { enumWord } from "../../call/enum-words.ts";
import { describeElapsed } from "../../time/duration.ts";

/** One line of a table. */
export interface CriterionRow {
  readonly title: string;
  readonly result: string;
  readonly primary: string;
  readonly backup: string;
  /** The figure that the limit applies to, with its bounds. */
  readonly value: string;
  readonly limit: string;
}

/** What a figure counts. */
export type Unit = "share" | "time" | "rate" | "money";

const TITLES: Readonly<Record<string, string>> = {
  shape: "answers of another shape",
  switch_shape: "the same after a switch",
  first_token: "first token, p95",
  total: "whole answer, p95",
  cost: "cost per 1,000 requests",
  errors: "calls without an answer",
  first_token_p50: "first token, p50",
  first_token_p95: "first token, p95",
  total_p50: "whole answer, p50",
  total_p95: "whole answer, p95",
  tokens_per_s_p50: "tokens per second, p50",
  tokens_per_s_p95: "tokens per second, p95",
};

/** The unit of a criterion, by its name. */
export function unitOf(name: string): Unit {
  if (name === "cost") return "money";
  if (name.startsWith("tokens_per_s")) return "rate";
  return name.startsWith("first_token") || name.startsWith("total") ? "time" : "share";
}

/** The row of a criterion. */
export function describeCriterion(criterion: Criterion): CriterionRow {
  const { name, result, primary, backup, value, lowerBound, upperBound, limit } = criterion;
  const unit = unitOf(name);
  const show = (figure: number | undefined): string => (figure === undefined ? "" : showFigure(figure, unit));
  return {
    title: TITLES[name] ?? name,
    result: showResult(result),
    primary: show(primary),
    backup: show(backup),
    value: value === undefined ? "" : `${showValue(value, unit)} (${showBounds(lowerBound, upperBound, unit)})`,
    limit: limit === undefined ? "" : showValue(limit, unit),
  };
}

/** `pass`, `fail`, `inconclusive`; empty for a figure. */
export function showResult(result: Verdict_Result): string {
  return result === 0 ? "" : enumWord(ResultSchema, result);
}

/** The limited figure: `+1.5 %` for shares, `x1.12` for the rest. */
export function showValue(value: number, unit: Unit): string {
  if (unit !== "share") return `x${value.toFixed(2)}`;
  const percent = (value * 100).toFixed(1);
  return `${value < 0 || percent === "0.0" ? "" : "+"}${percent} %`;
}

function showBounds(lower: number | undefined, upper: number | undefined, unit: Unit): string {
  const show = (bound: number | undefined): string => (bound === undefined ? "?" : showValue(bound, unit));
  return `${show(lower)} to ${show(upper)}`;
}

function showFigure(figure: number, unit: Unit): string {
  switch (unit) {
    case "share":
      return `${(figure * 100).toFixed(1)} %`;
    case "time":
      return describeElapsed(figure);
    case "rate":
      return figure.toFixed(1);
    case "money":
      // Millionths of a dollar for one are thousandths for a thousand.
      return `$${(figure / 1_000).toFixed(2)}`;
  }
}
