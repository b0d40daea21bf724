// Command connect-go prints an answer with the connect-go client: connect-go HOST:PORT.
package main

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"os"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/proto"

	understudyv1 "github.com/understudy-gateway/understudy/gen/go/understudy/v1"
	"github.com/understudy-gateway/understudy/gen/go/understudy/v1/understudyv1connect"
)

func main() {
	client := understudyv1connect.NewCompletionServiceClient(http.DefaultClient, "http://"+os.Args[1])
	stream, err := client.StreamComplete(context.Background(), connect.NewRequest(&understudyv1.CompleteRequest{
		Workload: "summaries",
		Messages: []*understudyv1.Message{
			{Role: understudyv1.Role_ROLE_USER, Text: proto.String("A text to sum up.")},
		},
	}))
	if err != nil {
		log.Fatal(err)
	}
	defer stream.Close()
	for stream.Receive() {
		fmt.Print(stream.Msg().GetTextDelta().GetText())
	}
	if err := stream.Err(); err != nil {
		log.Fatal(err)
	}
}
