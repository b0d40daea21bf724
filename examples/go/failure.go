package main

import (
	"fmt"
	"io"
	"time"

	"google.golang.org/genproto/googleapis/rpc/code"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	understudyv1 "github.com/understudy-gateway/understudy/gen/go/understudy/v1"
)

// details are the parts of an error status that the gateway attached; nil where it did not.
type details struct {
	info       *errdetails.ErrorInfo
	request    *errdetails.RequestInfo
	badRequest *errdetails.BadRequest
	retry      *errdetails.RetryInfo
	report     *understudyv1.FailoverReport
}

func detailsOf(err error) details {
	var found details
	for _, detail := range status.Convert(err).Details() {
		switch detail := detail.(type) {
		case *errdetails.ErrorInfo:
			found.info = detail
		case *errdetails.RequestInfo:
			found.request = detail
		case *errdetails.BadRequest:
			found.badRequest = detail
		case *errdetails.RetryInfo:
			found.retry = detail
		case *understudyv1.FailoverReport:
			found.report = detail
		}
	}
	return found
}

// canResume says whether a new call with `resume.delivered_text` makes sense.
func canResume(err error, started bool) bool {
	found := detailsOf(err)
	switch status.Code(err) {
	case codes.Unavailable:
		// Without ErrorInfo the gateway did not say this: the connection broke.
		return started && found.info == nil
	case codes.Aborted:
		return found.report.GetResumable()
	default:
		return false
	}
}

// retryDelay is how long the gateway asks to wait; 0 if it does not say.
func retryDelay(err error) time.Duration {
	return detailsOf(err).retry.GetRetryDelay().AsDuration()
}

// describeFailure says what went wrong, what was tried, and what to do about it.
func describeFailure(out io.Writer, err error) {
	failure, isStatus := status.FromError(err)
	if !isStatus {
		fmt.Fprintln(out, "error:", err)
		return
	}
	found := detailsOf(err)
	reason := found.info.GetReason()
	if reason == "" {
		reason = "no reason given"
	}
	// code.Code writes the names as the documentation does: DEADLINE_EXCEEDED, not DeadlineExceeded.
	fmt.Fprintf(out, "error: %s (%s): %s\n", code.Code(failure.Code()), reason, failure.Message())
	for _, violation := range found.badRequest.GetFieldViolations() {
		fmt.Fprintf(out, "  %s: %s\n", violation.GetField(), violation.GetDescription())
	}
	describeReport(out, found.report)
	fmt.Fprintf(out, "  %s\n", advice(failure.Code(), reason))
	if found.retry != nil {
		fmt.Fprintf(out, "  try again in %.1f s\n", retryDelay(err).Seconds())
	}
	if found.request != nil {
		fmt.Fprintf(out, "  request %s\n", found.request.GetRequestId())
	}
}

func describeReport(out io.Writer, report *understudyv1.FailoverReport) {
	for _, attempt := range report.GetAttempts() {
		fmt.Fprintf(out, "  attempt %d on %s: %s", attempt.GetNumber(), attempt.GetRoute(),
			word(attempt.GetOutcome().String(), "ATTEMPT_OUTCOME_"))
		if attempt.UpstreamStatus != nil {
			fmt.Fprintf(out, ", upstream status %d", attempt.GetUpstreamStatus())
		}
		fmt.Fprintln(out)
	}
	for _, skip := range report.GetSkips() {
		fmt.Fprintf(out, "  %s passed over: %s\n", skip.GetRoute(), word(skip.GetReason().String(), "SKIP_REASON_"))
	}
}

// advice says what the caller can do. The code is enough to decide; the reason says more.
func advice(failed codes.Code, reason string) string {
	switch failed {
	case codes.InvalidArgument:
		return "mend the request"
	case codes.NotFound:
		return "use a name that this gateway has configured"
	case codes.Unauthenticated:
		return "send your key as `authorization: Bearer KEY`"
	case codes.PermissionDenied:
		return "ask the gateway's operator for the permission"
	case codes.FailedPrecondition:
		if reason == "CONTENT_FILTERED" {
			return "change the text: a content filter refused it"
		}
		return "tell the gateway's operator: no route can serve this until it is mended"
	case codes.ResourceExhausted:
		if reason == "TOO_LARGE" {
			return "shorten the text"
		}
		return "ask less often, or later"
	case codes.Unavailable:
		return "try again later: no route or no gateway answers now"
	case codes.DeadlineExceeded:
		return "allow more time"
	case codes.Aborted:
		return "the answer is not complete: do not use it as if it were"
	case codes.Unimplemented:
		return "leave the field out, or ask for a newer gateway"
	case codes.Canceled:
		return "interrupted: the upstream was told to stop"
	default:
		return "report it with the request's name"
	}
}

// exitCode tells scripts whether another try makes sense.
func exitCode(err error) int {
	switch status.Code(err) {
	case codes.Canceled:
		return exitInterrupted
	case codes.Unavailable, codes.DeadlineExceeded, codes.Aborted:
		return exitTemporary
	case codes.ResourceExhausted:
		if detailsOf(err).info.GetReason() == "TOO_LARGE" {
			return exitFailure
		}
		return exitTemporary
	default:
		return exitFailure
	}
}
