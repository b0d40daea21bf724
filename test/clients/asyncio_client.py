"""Prints an answer with the asyncio stub: asyncio_client.py HOST:PORT."""

import asyncio
import sys

import grpc
from understudy.v1 import completion_service_pb2 as completion
from understudy.v1 import conversation_pb2 as conversation
from understudy.v1.completion_service_pb2_grpc import CompletionServiceStub


async def main(server: str) -> None:
    request = completion.CompleteRequest(
        workload="summaries",
        messages=[conversation.Message(role=conversation.ROLE_USER, text="A text to sum up.")],
    )
    async with grpc.aio.insecure_channel(server) as channel:
        async for message in CompletionServiceStub(channel).StreamComplete(request, timeout=30):
            print(message.text_delta.text, end="")


asyncio.run(main(sys.argv[1]))
