// Command offer offers a gateway calls at a steady rate, whether or not earlier ones were answered, as many
// independent clients do. It prints what became of them as JSON. Go, because a client in Node would be the slower one.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"time"
)

// A call that was not answered for so long has failed.
const timeout = 10 * time.Second

const body = `{"workload":"quick","messages":[{"role":"ROLE_USER","text":"To be?"}]}`

// Offered is what became of the calls.
type Offered struct {
	// From the begin of the connection to the end of the answer, of the answered calls, in milliseconds.
	LatenciesMs []float64 `json:"latenciesMs"`
	// Answered with 503.
	Refused int `json:"refused"`
	// Everything else.
	Failed int `json:"failed"`
	// How long it took to offer them, in seconds.
	Seconds float64 `json:"seconds"`
}

type offerer struct {
	address string
	request []byte
	kept    chan net.Conn
	lock    sync.Mutex
	offered Offered
}

func main() {
	address := flag.String("address", "", "HOST:PORT of the gateway")
	key := flag.String("key", "", "key of the caller")
	rate := flag.Float64("rate", 100, "calls a second")
	seconds := flag.Float64("seconds", 5, "how long")
	keep := flag.Bool("keep", false, "use connections again")
	flag.Parse()
	head := "POST /understudy.v1.CompletionService/Complete HTTP/1.1\r\nhost: %s\r\nauthorization: Bearer %s\r\n" +
		"content-type: application/json\r\ncontent-length: %d\r\n\r\n%s"
	o := &offerer{address: *address, request: []byte(fmt.Sprintf(head, *address, *key, len(body), body))}
	if *keep {
		o.kept = make(chan net.Conn, 100_000)
	}
	o.offer(*rate, *seconds)
	if err := json.NewEncoder(os.Stdout).Encode(o.offered); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func (o *offerer) offer(rate, seconds float64) {
	var calls sync.WaitGroup
	began := time.Now()
	for index := 0; float64(index) < rate*seconds; index++ {
		due := began.Add(time.Duration(float64(index) / rate * float64(time.Second)))
		time.Sleep(time.Until(due))
		calls.Add(1)
		go func() {
			defer calls.Done()
			o.call()
		}()
	}
	o.offered.Seconds = time.Since(began).Seconds()
	calls.Wait()
}

func (o *offerer) call() {
	began := time.Now()
	status, err := o.ask(began.Add(timeout))
	took := time.Since(began)
	o.lock.Lock()
	defer o.lock.Unlock()
	switch {
	case err != nil:
		o.offered.Failed++
	case status == http.StatusOK:
		o.offered.LatenciesMs = append(o.offered.LatenciesMs, float64(took.Microseconds())/1000)
	case status == http.StatusServiceUnavailable:
		o.offered.Refused++
	default:
		o.offered.Failed++
	}
}

// Sends the request and reads the whole answer.
func (o *offerer) ask(deadline time.Time) (int, error) {
	connection, err := o.connect(deadline)
	if err != nil {
		return 0, err
	}
	if err := connection.SetDeadline(deadline); err != nil {
		return 0, err
	}
	if _, err := connection.Write(o.request); err != nil {
		connection.Close()
		return 0, err
	}
	response, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil {
		connection.Close()
		return 0, err
	}
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		connection.Close()
		return 0, err
	}
	if o.kept != nil && !response.Close {
		o.kept <- connection
	} else {
		connection.Close()
	}
	return response.StatusCode, nil
}

func (o *offerer) connect(deadline time.Time) (net.Conn, error) {
	select {
	case connection := <-o.kept:
		return connection, nil
	default:
		dialer := net.Dialer{Deadline: deadline}
		return dialer.Dial("tcp", o.address)
	}
}
