/** Finds what differs between the shapes of two answers to the same request. */

import { create } from "@bufbuild/protobuf";
import {
  type AnswerShape,
  type JsonField,
  ShapeDifference_Kind as Kind,
  type ShapeDifference,
  ShapeDifferenceSchema,
  type ToolShape,
} from "../../../gen/ts/understudy/v1/comparison_service_pb.ts";
import { type FinishReason, FinishReasonSchema } from "../../../gen/ts/understudy/v1/conversation_pb.ts";
import { enumWord } from "../../call/enum-words.ts";
import { compareFields } from "./compare-fields.ts";

/** Most differences that are told of one answer. */
const MAX_DIFFERENCES = 20;

/** Texts whose lengths differ by more than this factor are different answers. */
const MAX_LENGTH_RATIO = 2;

/** Texts shorter than this differ by more than a factor without meaning anything. In characters. */
const MIN_MEASURED_LENGTH = 80;

const STRUCTURES = ["headings", "lists", "code", "tables"] as const;

/** Finds what differs, at most the first 20 differences. `expected` is the primary's. */
export function findDifferences(expected: AnswerShape, actual: AnswerShape): ShapeDifference[] {
  return [
    ...compareEndings(expected, actual),
    ...compareJson(expected, actual),
    ...compareTools(expected, actual),
    ...compareTexts(expected, actual),
  ].slice(0, MAX_DIFFERENCES);
}

function differ(kind: Kind, path: string, expected: string, actual: string): ShapeDifference {
  return create(ShapeDifferenceSchema, { kind, path, expected, actual });
}

function compareEndings(expected: AnswerShape, actual: AnswerShape): ShapeDifference[] {
  if (expected.refused !== actual.refused) {
    return [differ(Kind.REFUSAL, "", sayRefused(expected), sayRefused(actual))];
  }
  if (isEmpty(expected) !== isEmpty(actual)) {
    return [differ(Kind.EMPTY, "", sayEmpty(expected), sayEmpty(actual))];
  }
  if (expected.finishReason === actual.finishReason) return [];
  return [differ(Kind.FINISH_REASON, "", nameReason(expected.finishReason), nameReason(actual.finishReason))];
}

function compareJson(expected: AnswerShape, actual: AnswerShape): ShapeDifference[] {
  if ((expected.jsonValid ?? false) !== (actual.jsonValid ?? false)) {
    // A refusal or an empty text is no JSON either; that is one difference, told already.
    if (isMissing(expected) !== isMissing(actual)) return [];
    return [differ(Kind.JSON_INVALID, "", sayJson(expected), sayJson(actual))];
  }
  const differences = fieldDifferences(expected.fields, actual.fields);
  if (expected.schemaValid === undefined || expected.schemaValid === (actual.schemaValid ?? true)) return differences;
  const broken = differ(Kind.SCHEMA_BROKEN, "", saySchema(expected), saySchema(actual));
  return [broken, ...differences];
}

function compareTools(expected: AnswerShape, actual: AnswerShape): ShapeDifference[] {
  const wanted = groupByName(expected.tools);
  const given = groupByName(actual.tools);
  return [...new Set([...wanted.keys(), ...given.keys()])].flatMap((name) => {
    const want = wanted.get(name);
    const got = given.get(name);
    if (want?.length !== got?.length) {
      return [differ(Kind.TOOL_NAMES, name, countCalls(want?.length ?? 0), countCalls(got?.length ?? 0))];
    }
    return (want ?? []).flatMap((fields, index) =>
      compareFields(fields, got?.[index] ?? []).map(({ path, expected: wantedTypes, actual: givenTypes }) =>
        differ(Kind.TOOL_ARGUMENTS, `${name}${path}`, wantedTypes, givenTypes),
      ),
    );
  });
}

function compareTexts(expected: AnswerShape, actual: AnswerShape): ShapeDifference[] {
  // What a model says beside a call is talk.
  if ([expected, actual].some((shape) => isMissing(shape) || shape.tools.length > 0)) return [];
  const differences: ShapeDifference[] = [];
  const wanted = Number(expected.textCharacters);
  const given = Number(actual.textCharacters);
  const longest = Math.max(wanted, given);
  if (longest >= MIN_MEASURED_LENGTH && longest > MAX_LENGTH_RATIO * Math.min(wanted, given)) {
    differences.push(differ(Kind.LENGTH, "", `${wanted} characters`, `${given} characters`));
  }
  const { structure: want } = expected;
  const { structure: got } = actual;
  if (want === undefined || got === undefined) return differences;
  for (const kind of STRUCTURES) {
    const say = (has: boolean): string => `${has ? "has" : "has no"} ${kind}`;
    if (want[kind] !== got[kind]) differences.push(differ(Kind.STRUCTURE, kind, say(want[kind]), say(got[kind])));
  }
  return differences;
}

function fieldDifferences(expected: readonly JsonField[], actual: readonly JsonField[]): ShapeDifference[] {
  return compareFields(expected, actual).map((found) =>
    differ(found.kind === "keys" ? Kind.KEYS : Kind.TYPES, found.path, found.expected, found.actual),
  );
}

function sayRefused({ refused }: AnswerShape): string {
  return refused ? "declined" : "answered";
}

function sayEmpty(shape: AnswerShape): string {
  return isEmpty(shape) ? "an empty answer" : "an answer";
}

function sayJson({ jsonValid }: AnswerShape): string {
  return jsonValid === true ? "JSON" : "no JSON";
}

function saySchema({ schemaValid }: AnswerShape): string {
  return schemaValid === true ? "follows the schema" : "breaks the schema";
}

/** The arguments of the calls of each tool, in their order. */
function groupByName(tools: readonly ToolShape[]): Map<string, JsonField[][]> {
  const groups = new Map<string, JsonField[][]>();
  for (const { name, fields } of tools) groups.set(name, [...(groups.get(name) ?? []), fields]);
  return groups;
}

function countCalls(count: number): string {
  return count === 1 ? "called once" : count === 0 ? "not called" : `called ${count} times`;
}

function isEmpty({ textCharacters, tools }: AnswerShape): boolean {
  return textCharacters === 0n && tools.length === 0;
}

/** Whether there is nothing to compare with. */
function isMissing(shape: AnswerShape): boolean {
  return shape.refused || isEmpty(shape);
}

function nameReason(reason: FinishReason): string {
  return enumWord(FinishReasonSchema, reason);
}
