"""Says what went wrong with a call, what was tried, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import grpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status
from understudy.v1 import ledger_pb2, routing_pb2

ADVICE = {
    grpc.StatusCode.INVALID_ARGUMENT: "mend the request",
    grpc.StatusCode.NOT_FOUND: "use a name that this gateway has configured",
    grpc.StatusCode.UNAUTHENTICATED: "send your key as `authorization: Bearer KEY`",
    grpc.StatusCode.PERMISSION_DENIED: "ask the gateway's operator for the permission",
    grpc.StatusCode.FAILED_PRECONDITION: "tell the gateway's operator: no route can serve this until it is mended",
    grpc.StatusCode.RESOURCE_EXHAUSTED: "ask less often, or later",
    grpc.StatusCode.UNAVAILABLE: "try again later: no route or no gateway answers now",
    grpc.StatusCode.DEADLINE_EXCEEDED: "allow more time",
    grpc.StatusCode.ABORTED: "the answer is not complete: do not use it as if it were",
    grpc.StatusCode.UNIMPLEMENTED: "leave the field out, or ask for a newer gateway",
    grpc.StatusCode.CANCELLED: "interrupted: the upstream was told to stop",
}
"""What the caller can do. The code is enough to decide; the reason says more."""

ADVICE_BY_REASON = {
    "CONTENT_FILTERED": "change the text: a content filter refused it",
    "TOO_LARGE": "shorten the text",
}

TEMPORARY = {
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.ABORTED,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
}


@dataclass(frozen=True)
class Failure:
    """An error status with the details that the gateway attached; None where it did not."""

    code: grpc.StatusCode
    message: str
    info: error_details_pb2.ErrorInfo | None = None
    request: error_details_pb2.RequestInfo | None = None
    bad_request: error_details_pb2.BadRequest | None = None
    retry: error_details_pb2.RetryInfo | None = None
    report: ledger_pb2.FailoverReport | None = None

    @property
    def reason(self) -> str:
        return self.info.reason if self.info else "no reason given"

    @property
    def advice(self) -> str:
        general = ADVICE.get(self.code, "report it with the request's name")
        return ADVICE_BY_REASON.get(self.reason, general)

    @property
    def retry_delay(self) -> float:
        """Seconds that the gateway asks to wait; 0 if it does not say."""
        return self.retry.retry_delay.ToTimedelta().total_seconds() if self.retry else 0.0

    @property
    def is_temporary(self) -> bool:
        """Whether another try can help."""
        return self.code in TEMPORARY and self.reason != "TOO_LARGE"

    def can_resume(self, started: bool) -> bool:
        """Whether a new call with `resume.delivered_text` makes sense."""
        if self.code is grpc.StatusCode.UNAVAILABLE:
            # Without ErrorInfo the gateway did not say this: the connection broke.
            return started and self.info is None
        return self.code is grpc.StatusCode.ABORTED and self.report is not None and self.report.resumable

    def lines(self) -> Iterator[str]:
        """What to print."""
        yield f"error: {self.code.name} ({self.reason}): {self.message}"
        for violation in self.bad_request.field_violations if self.bad_request else ():
            yield f"  {violation.field}: {violation.description}"
        for attempt in self.report.attempts if self.report else ():
            status = f", upstream status {attempt.upstream_status}" if attempt.HasField("upstream_status") else ""
            yield f"  attempt {attempt.number} on {attempt.route}: {outcome_word(attempt.outcome)}{status}"
        for skip in self.report.skips if self.report else ():
            yield f"  {skip.route} passed over: {skip_word(skip.reason)}"
        yield f"  {self.advice}"
        if self.retry:
            yield f"  try again in {self.retry_delay:.1f} s"
        if self.request:
            yield f"  request {self.request.request_id}"


def read_failure(error: grpc.RpcError) -> Failure:
    """Reads code, message and details of a call that failed."""
    # grpc raises the call itself, which its type hints do not say.
    assert isinstance(error, grpc.Call)
    kinds = {
        "info": error_details_pb2.ErrorInfo(),
        "request": error_details_pb2.RequestInfo(),
        "bad_request": error_details_pb2.BadRequest(),
        "retry": error_details_pb2.RetryInfo(),
        "report": ledger_pb2.FailoverReport(),
    }
    status = rpc_status.from_call(error)
    details = status.details if status else ()
    found = {name: kind for name, kind in kinds.items() if any(detail.Unpack(kind) for detail in details)}
    return Failure(code=error.code(), message=error.details() or "", **found)


def word(name: str, prefix: str) -> str:
    """Turns an enum value's name into prose: SWITCH_REASON_TIMED_OUT is "timed out"."""
    return name.removeprefix(prefix).replace("_", " ").lower()


def outcome_word(outcome: ledger_pb2.AttemptOutcome.ValueType) -> str:
    return word(ledger_pb2.AttemptOutcome.Name(outcome), "ATTEMPT_OUTCOME_")


def skip_word(reason: routing_pb2.SkipReason.ValueType) -> str:
    return word(routing_pb2.SkipReason.Name(reason), "SKIP_REASON_")
