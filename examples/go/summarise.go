package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"

	understudyv1 "github.com/understudy-gateway/understudy/gen/go/understudy/v1"
)

const (
	instruction = "Summarise the text in one paragraph."

	// maxResumes bounds how often one answer is gone on with: whoever loses more connections has another problem.
	maxResumes = 3
	// resumeDelay is the wait before the first resume; each further one waits twice as long.
	resumeDelay = 250 * time.Millisecond
)

type summariser struct {
	client   understudyv1.CompletionServiceClient
	workload string
	out      io.Writer
	notices  io.Writer
}

// answer is what has arrived of one answer, over all the streams that carried it.
type answer struct {
	text strings.Builder
	// started says that a gateway took the call on, so that gRPC no longer retries it by itself.
	started bool
}

// summarise prints the summary of a document. Where a connection breaks it goes on from the text that was delivered, so
// nothing is printed twice.
func (s *summariser) summarise(ctx context.Context, document string, timeout time.Duration) error {
	// One deadline for everything: a resumed stream gets what is left of it.
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	var answer answer
	for resumes := 0; ; resumes++ {
		err := s.stream(ctx, document, &answer)
		if err == nil || resumes == maxResumes || !canResume(err, answer.started) {
			if answer.text.Len() > 0 {
				fmt.Fprintln(s.out)
			}
			return err
		}
		delay := max(retryDelay(err), resumeDelay<<resumes)
		fmt.Fprintf(s.notices, "\n[the answer broke off after %d bytes; resuming]\n", answer.text.Len())
		select {
		case <-time.After(delay):
		case <-ctx.Done():
			return err
		}
	}
}

// stream makes one call and prints its text as it comes. It returns nil only for an answer that is complete.
func (s *summariser) stream(ctx context.Context, document string, answer *answer) error {
	// The call must end when this function does; returning without reading to the end would leave it running.
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()

	stream, err := s.client.StreamComplete(ctx, s.request(document, answer.text.String()))
	if err != nil {
		return err
	}
	for {
		message, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return errors.New("the stream ended without `completed`")
		}
		if err != nil {
			return err
		}
		// Kinds of events that this program does not know, now or later, are passed over.
		switch event := message.GetEvent().(type) {
		case *understudyv1.StreamCompleteResponse_Started:
			answer.started = true
		case *understudyv1.StreamCompleteResponse_TextDelta:
			text := event.TextDelta.GetText()
			answer.text.WriteString(text)
			if _, err := io.WriteString(s.out, text); err != nil {
				return err
			}
		case *understudyv1.StreamCompleteResponse_RouteSwitched:
			s.noticeSwitch(event.RouteSwitched)
		case *understudyv1.StreamCompleteResponse_Completed:
			return s.finish(event.Completed, answer.text.String())
		}
	}
}

func (s *summariser) request(document, delivered string) *understudyv1.CompleteRequest {
	request := &understudyv1.CompleteRequest{
		Workload: s.workload,
		Messages: []*understudyv1.Message{
			{Role: understudyv1.Role_ROLE_SYSTEM, Text: proto.String(instruction)},
			{Role: understudyv1.Role_ROLE_USER, Text: proto.String(document)},
		},
	}
	if delivered != "" {
		request.Resume = &understudyv1.Resume{DeliveredText: delivered}
	}
	return request
}

func (s *summariser) noticeSwitch(event *understudyv1.RouteSwitched) {
	fmt.Fprintf(s.notices, "\n[%s %s: %s %s at byte %d]\n",
		event.GetFrom(), word(event.GetReason().String(), "SWITCH_REASON_"),
		event.GetTo(), word(event.GetMode().String(), "SWITCH_MODE_"), event.GetAtUtf8Byte())
}

// finish checks that what was printed is what the gateway counted, over switches and resumed connections.
func (s *summariser) finish(completed *understudyv1.Completed, text string) error {
	sum := sha256.Sum256([]byte(text))
	if printed := hex.EncodeToString(sum[:]); printed != completed.GetTextSha256() {
		return fmt.Errorf("the text is not what was sent: sha256 %s instead of %s", printed, completed.GetTextSha256())
	}
	var routes []string
	for _, served := range completed.GetServedBy() {
		routes = append(routes, served.GetRoute())
	}
	fmt.Fprintf(s.notices, "\n[served by %s; finish reason %s; sha256 %s]\n", strings.Join(routes, ", "),
		word(completed.GetFinishReason().String(), "FINISH_REASON_"), completed.GetTextSha256())
	return nil
}

// word turns an enum value's name into prose: SWITCH_REASON_TIMED_OUT is "timed out".
func word(name, prefix string) string {
	return strings.ToLower(strings.ReplaceAll(strings.TrimPrefix(name, prefix), "_", " "))
}
