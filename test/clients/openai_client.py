"""Asks the OpenAI door with OpenAI's own SDK, and prints what it was told as one line of JSON.

openai_client.py HOST:PORT WAY [--model NAME] [--retries N] [--timeout-ms N] [--choices N]
"""

import argparse
import asyncio
import hashlib
import json
import signal
from collections.abc import Callable
from typing import Literal, TypeAlias

import openai
from openai.types.chat import (
    ChatCompletion,
    ChatCompletionFunctionToolParam,
    ChatCompletionMessageParam,
    ChatCompletionToolMessageParam,
)
from pydantic import BaseModel

Told: TypeAlias = dict[str, object]
Way: TypeAlias = Callable[[openai.OpenAI, argparse.Namespace], Told]

MESSAGES: list[ChatCompletionMessageParam] = [{"role": "user", "content": "Tell me about the ferry."}]

WEATHER: ChatCompletionFunctionToolParam = {
    "type": "function",
    "function": {
        "name": "weather",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}


class Trip(BaseModel):
    """What the model is made to answer."""

    city: str
    days: int
    sight: Literal["harbour", "lighthouse"]


class Cut(Exception):
    """A stream that ended with an error, and the text before it."""

    def __init__(self, text: str) -> None:
        self.text = text


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("server")
    parser.add_argument("way", choices=WAYS)
    parser.add_argument("--model", default="summaries")
    parser.add_argument("--retries", type=int, default=0)
    parser.add_argument("--timeout-ms", default="30000")
    parser.add_argument("--choices", type=int, default=1)
    args = parser.parse_args()
    client = openai.OpenAI(
        base_url=f"http://{args.server}/v1",
        api_key="any",
        max_retries=args.retries,
        default_headers={"x-understudy-timeout-ms": args.timeout_ms},
    )
    try:
        told = WAYS[args.way](client, args)
    except Cut as cut:
        told = {**measure(cut.text), **describe(cut.__cause__)}
    except openai.APIError as error:
        told = describe(error)
    print(json.dumps(told), flush=True)
    if args.way in ("abort", "cancel"):
        signal.pause()  # a process that ends closes its connections anyway


def stream(client: openai.OpenAI, args: argparse.Namespace) -> Told:
    """Reads a stream to its end."""
    text, finish, usage = "", None, None
    models: list[str] = []
    try:
        for chunk in client.chat.completions.create(
            model=args.model, messages=MESSAGES, stream=True, stream_options={"include_usage": True}
        ):
            usage = chunk.usage or usage
            for choice in chunk.choices:
                text += choice.delta.content or ""
                if choice.delta.content and chunk.model not in models:
                    models.append(chunk.model)
                finish = choice.finish_reason or finish
    except openai.APIError as error:
        raise Cut(text) from error
    return {**measure(text), "models": models, "finish": finish, "tokens": usage and usage.completion_tokens}


def whole(client: openai.OpenAI, args: argparse.Namespace) -> Told:
    """Asks for an answer in one piece."""
    raw = client.chat.completions.with_raw_response.create(model=args.model, messages=MESSAGES, n=args.choices)
    completion = raw.parse()
    choice = completion.choices[0]
    return {
        **measure(choice.message.content or ""),
        "finish": choice.finish_reason,
        "tokens": completion.usage and completion.usage.completion_tokens,
        "route": raw.headers.get("x-understudy-route"),
    }


def tools(client: openai.OpenAI, args: argparse.Namespace) -> Told:
    """Lets the model call a tool, and gives it the result."""
    completion = client.chat.completions.create(model=args.model, messages=MESSAGES, tools=[WEATHER])
    return tell_tools(client, args, completion)


def streamed_tools(client: openai.OpenAI, args: argparse.Namespace) -> Told:
    """The same, with the SDK's helper that puts a stream together."""
    with client.chat.completions.stream(model=args.model, messages=MESSAGES, tools=[WEATHER]) as events:
        completion = events.get_final_completion()
    return tell_tools(client, args, completion)


def tell_tools(client: openai.OpenAI, args: argparse.Namespace, completion: ChatCompletion) -> Told:
    choice = completion.choices[0]
    calls = [call for call in choice.message.tool_calls or [] if call.type == "function"]
    messages: list[ChatCompletionMessageParam] = [
        *MESSAGES,
        {
            "role": "assistant",
            "tool_calls": [
                {
                    "id": call.id,
                    "type": "function",
                    "function": {"name": call.function.name, "arguments": call.function.arguments},
                }
                for call in calls
            ],
        },
        *[ChatCompletionToolMessageParam(role="tool", tool_call_id=call.id, content="calm") for call in calls],
    ]
    answer = client.chat.completions.create(model=args.model, messages=messages, tools=[WEATHER])
    return {
        "finish": choice.finish_reason,
        "calls": [{"name": call.function.name, **json.loads(call.function.arguments)} for call in calls],
        "answer": {**measure(answer.choices[0].message.content or ""), "finish": answer.choices[0].finish_reason},
    }


def schema(client: openai.OpenAI, args: argparse.Namespace) -> Told:
    """Reads an answer into a pydantic model."""
    completion = client.chat.completions.parse(model=args.model, messages=MESSAGES, response_format=Trip)
    trip = completion.choices[0].message.parsed
    return {"trip": trip and trip.model_dump()}


def abort(client: openai.OpenAI, args: argparse.Namespace) -> Told:
    """Closes a stream after its first text."""
    with client.chat.completions.create(model=args.model, messages=MESSAGES, stream=True) as chunks:
        text = next(text for chunk in chunks for choice in chunk.choices if (text := choice.delta.content))
    return {"aborted": True, **measure(text)}


def cancel(_: openai.OpenAI, args: argparse.Namespace) -> Told:
    """Cancels an asyncio task that waits for an answer in one piece."""
    return asyncio.run(cancel_task(args))


async def cancel_task(args: argparse.Namespace) -> Told:
    client = openai.AsyncOpenAI(base_url=f"http://{args.server}/v1", api_key="any", max_retries=0)
    try:
        async with asyncio.timeout(1):
            await client.chat.completions.create(model=args.model, messages=MESSAGES)
    except TimeoutError:
        return {"aborted": True}
    return {"aborted": False}


def measure(text: str) -> Told:
    delivered = text.encode()
    return {"bytes": len(delivered), "sha256": hashlib.sha256(delivered).hexdigest()}


def describe(error: BaseException | None) -> Told:
    """The error's class, and what the SDK tells of it."""
    told: Told = {"error": type(error).__name__}
    if isinstance(error, openai.APIError):
        told |= {"code": error.code, "param": error.param}
    if isinstance(error, openai.APIStatusError):
        told |= {"status": error.status_code}
    return told


WAYS: dict[str, Way] = {
    "stream": stream,
    "whole": whole,
    "tools": tools,
    "streamed-tools": streamed_tools,
    "schema": schema,
    "abort": abort,
    "cancel": cancel,
}

main()
