module github.com/understudy-gateway/understudy/examples/go

go 1.24.0

require (
	github.com/understudy-gateway/understudy/gen/go v0.0.0
	google.golang.org/genproto/googleapis/rpc v0.0.0-20250804133106-a7a43d27e69b
	google.golang.org/grpc v1.76.0
	google.golang.org/protobuf v1.36.12
)

require (
	golang.org/x/net v0.42.0 // indirect
	golang.org/x/sys v0.34.0 // indirect
	golang.org/x/text v0.27.0 // indirect
)

// The client in this repository. A service of your own leaves this line out and requires a release.
replace github.com/understudy-gateway/understudy/gen/go => ../../gen/go
