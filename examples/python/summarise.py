"""Prints a summary of each file while a model behind an Understudy gateway writes it.

The answers go to stdout, everything else to stderr. Exit codes: 0 done, 1 not worth another try, 75 worth another try
later, 130 interrupted.
"""

from __future__ import annotations

import argparse
import hashlib
import signal
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import grpc
from failure import read_failure, word
from understudy.v1 import completion_service_pb2 as completion
from understudy.v1 import conversation_pb2 as conversation
from understudy.v1 import routing_pb2 as routing
from understudy.v1.completion_service_pb2_grpc import CompletionServiceStub

INSTRUCTION = "Summarise the text in one paragraph."

MAX_RESUMES = 3
"""How often one answer is gone on with: whoever loses more connections has another problem."""

RESUME_DELAY = 0.25
"""Wait before the first resume, in seconds; each further one waits twice as long."""

EXIT_FAILURE = 1
EXIT_TEMPORARY = 75  # EX_TEMPFAIL of sysexits.h
EXIT_INTERRUPTED = 130


class BrokenAnswer(Exception):
    """The gateway broke a promise about the end of an answer."""


@dataclass
class Answer:
    """What has arrived of one answer, over all the streams that carried it."""

    pieces: list[str] = field(default_factory=list)
    started: bool = False
    """A gateway took the call on, so gRPC no longer retries it by itself."""

    @property
    def text(self) -> str:
        return "".join(self.pieces)


@dataclass(frozen=True)
class Summariser:
    stub: CompletionServiceStub
    workload: str

    def summarise(self, document: str, timeout: float) -> None:
        """Prints a summary. Where a connection breaks it goes on from the text that was delivered, so nothing is
        printed twice. Raises the call's `grpc.RpcError`.
        """
        # One deadline for everything: a resumed stream gets what is left of it.
        deadline = time.monotonic() + timeout
        answer = Answer()
        try:
            for resumes in range(MAX_RESUMES + 1):
                try:
                    return self.stream(document, answer, deadline - time.monotonic())
                except grpc.RpcError as error:
                    failure = read_failure(error)
                    if resumes == MAX_RESUMES or not failure.can_resume(answer.started):
                        raise
                    notice(f"the answer broke off after {len(answer.text.encode())} bytes; resuming")
                    wait = max(failure.retry_delay, RESUME_DELAY * 2**resumes)
                    time.sleep(min(wait, max(0.0, deadline - time.monotonic())))
        finally:
            if answer.pieces:
                print(flush=True)

    def stream(self, document: str, answer: Answer, timeout: float) -> None:
        """Makes one call and prints its text as it comes. Returns only if the answer is complete."""
        call = self.stub.StreamComplete(self.request(document, answer.text), timeout=timeout)
        try:
            for message in call:
                # Kinds of events that this program does not know, now or later, are passed over.
                match message.WhichOneof("event"):
                    case "started":
                        answer.started = True
                    case "text_delta":
                        answer.pieces.append(message.text_delta.text)
                        print(message.text_delta.text, end="", flush=True)
                    case "route_switched":
                        notice_switch(message.route_switched)
                    case "completed":
                        return finish(message.completed, answer.text)
            raise BrokenAnswer("the stream ended without `completed`")
        finally:
            # Leaving the loop, also by Ctrl-C, ends the call only when it is garbage collected.
            call.cancel()

    def request(self, document: str, delivered: str) -> completion.CompleteRequest:
        return completion.CompleteRequest(
            workload=self.workload,
            messages=[
                conversation.Message(role=conversation.ROLE_SYSTEM, text=INSTRUCTION),
                conversation.Message(role=conversation.ROLE_USER, text=document),
            ],
            resume=completion.Resume(delivered_text=delivered) if delivered else None,
        )


def notice_switch(event: completion.RouteSwitched) -> None:
    reason = word(routing.SwitchReason.Name(event.reason), "SWITCH_REASON_")
    mode = word(routing.SwitchMode.Name(event.mode), "SWITCH_MODE_")
    # `from` is a word of Python, so the field cannot be written as an attribute.
    notice(f"{getattr(event, 'from')} {reason}: {event.to} {mode} at byte {event.at_utf8_byte}")


def finish(completed: completion.Completed, text: str) -> None:
    """Checks that what was printed is what the gateway counted, over switches and resumed connections."""
    printed = hashlib.sha256(text.encode()).hexdigest()
    if printed != completed.text_sha256:
        raise BrokenAnswer(f"the text is not what was sent: sha256 {printed} instead of {completed.text_sha256}")
    routes = ", ".join(served.route for served in completed.served_by)
    reason = word(conversation.FinishReason.Name(completed.finish_reason), "FINISH_REASON_")
    notice(f"served by {routes}; finish reason {reason}; sha256 {completed.text_sha256}")


def notice(text: str) -> None:
    print(f"\n[{text}]", file=sys.stderr, flush=True)


def read(file: str) -> str:
    return sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")


def run(options: argparse.Namespace) -> None:
    config = Path(options.service_config).read_text(encoding="utf-8")
    # Cleartext, as the gateway speaks it by default. With TLS: grpc.secure_channel and grpc.ssl_channel_credentials().
    with grpc.insecure_channel(options.server, options=[("grpc.service_config", config)]) as channel:
        summariser = Summariser(CompletionServiceStub(channel), options.workload)
        for file in options.files:
            document = read(file)
            if len(options.files) > 1:
                print(f"== {file} ==")
            summariser.summarise(document, options.timeout)


def main() -> int:
    parser = argparse.ArgumentParser(description="Summarises files.")
    parser.add_argument("files", nargs="+", metavar="FILE", help="a text file; - is stdin")
    parser.add_argument("--server", default="127.0.0.1:8080", help="the gateway, or a DNS name of its replicas")
    parser.add_argument("--workload", default="summaries", help="the workload to run on")
    parser.add_argument("--timeout", type=float, default=60, help="seconds for one summary, resumed parts included")
    parser.add_argument("--service-config", default=Path(__file__).parent.parent / "retry-service-config.json")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends like Ctrl-C
    try:
        run(parser.parse_args())
    except KeyboardInterrupt:
        print("error: interrupted: the upstream was told to stop", file=sys.stderr)
        return EXIT_INTERRUPTED
    except grpc.RpcError as error:
        failure = read_failure(error)
        print(*failure.lines(), sep="\n", file=sys.stderr)
        return EXIT_TEMPORARY if failure.is_temporary else EXIT_FAILURE
    except (BrokenAnswer, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return EXIT_FAILURE
    return 0


if __name__ == "__main__":
    sys.exit(main())
