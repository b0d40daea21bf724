// Command summarise prints a summary of each file while a model behind an Understudy gateway writes it.
//
// The answers go to stdout, everything else to stderr. Exit codes: 0 done, 1 not worth another try, 75 worth another try
// later, 130 interrupted.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	understudyv1 "github.com/understudy-gateway/understudy/gen/go/understudy/v1"
)

const (
	exitFailure     = 1
	exitTemporary   = 75 // EX_TEMPFAIL of sysexits.h
	exitInterrupted = 130
)

func main() {
	server := flag.String("server", "127.0.0.1:8080", "the gateway, or a DNS name of its replicas")
	workload := flag.String("workload", "summaries", "the workload to run on")
	timeout := flag.Duration("timeout", time.Minute, "longest time for one summary, resumed parts included")
	serviceConfig := flag.String("service-config", "../retry-service-config.json", "gRPC service config")
	flag.Parse()
	if flag.NArg() == 0 {
		fmt.Fprintln(os.Stderr, "usage: summarise [flags] FILE...   (- is stdin)")
		flag.PrintDefaults()
		os.Exit(2)
	}

	// Ctrl-C cancels the context, which cancels the call, which closes the upstream. A second one ends the program.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)

	if err := run(ctx, *server, *workload, *serviceConfig, *timeout, flag.Args()); err != nil {
		describeFailure(os.Stderr, err)
		os.Exit(exitCode(err))
	}
}

func run(ctx context.Context, server, workload, serviceConfig string, timeout time.Duration, files []string) error {
	config, err := os.ReadFile(serviceConfig)
	if err != nil {
		return err
	}
	// Cleartext, as the gateway speaks it by default. With TLS: credentials.NewTLS(nil).
	conn, err := grpc.NewClient(server,
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultServiceConfig(string(config)))
	if err != nil {
		return err
	}
	defer conn.Close()

	summariser := &summariser{
		client:   understudyv1.NewCompletionServiceClient(conn),
		workload: workload,
		out:      os.Stdout,
		notices:  os.Stderr,
	}
	for _, file := range files {
		document, err := read(file)
		if err != nil {
			return err
		}
		if len(files) > 1 {
			fmt.Printf("== %s ==\n", file)
		}
		if err := summariser.summarise(ctx, document, timeout); err != nil {
			return err
		}
	}
	return nil
}

func read(file string) (string, error) {
	if file == "-" {
		text, err := io.ReadAll(os.Stdin)
		return string(text), err
	}
	text, err := os.ReadFile(file)
	return string(text), err
}
