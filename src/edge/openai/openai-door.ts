/** The door of OpenAI's Chat Completions: an app gets fallbacks by changing its base URL. */

import type { JsonObject } from "../../call/json-object.ts";
import { type Asked, createCompletionEndpoint } from "../door/completion-endpoint.ts";
import { createDocumentEndpoint } from "../door/document-endpoint.ts";
import type { Door } from "../door/door.ts";
import type { DoorCall, DoorParts } from "../door/endpoint.ts";
import { createHttpDoor } from "../door/http-door.ts";
import { makeChatAnswer } from "./chat-answer.ts";
import { ChatChunks } from "./chat-chunks.ts";
import { makeErrorBody } from "./error-body.ts";
import { nameField } from "./field-names.ts";
import { findModel, makeModelList } from "./models.ts";
import { readChat } from "./read-chat.ts";

/** Creates the door. */
export function createOpenaiDoor(parts: DoorParts): Door {
  const startedS = nowS();
  const endpoints = [
    createCompletionEndpoint("/v1/chat/completions", "chat.completions", { read, nameField }),
    createDocumentEndpoint("/v1/models", "models", (call) => makeModelList(call, startedS)),
    createDocumentEndpoint("/v1/models/", "models", (call, id) => findModel(call, id, startedS)),
  ];
  const requestIdHeaders = ["x-understudy-request-id"];
  return createHttpDoor({ name: "openai", endpoints, requestIdHeaders, makeErrorBody }, parts);
}

function read(body: JsonObject, { context, exchange }: DoorCall): Asked {
  const { routes } = exchange.generation.services;
  const { request, streams, includesUsage } = readChat(body, (name) => routes.kindOf(name, context));
  const createdS = nowS();
  if (!streams) {
    return {
      kind: "whole",
      request,
      makeAnswer: (response, completed) => makeChatAnswer(response, completed, createdS),
    };
  }
  const modelOf = (route: string): string => routes.modelOf(route);
  const writer = new ChatChunks({ requestId: context.requestId, createdS, includesUsage, modelOf });
  return { kind: "streamed", request, writer };
}

function nowS(): number {
  return Math.floor(Date.now() / 1_000);
}
