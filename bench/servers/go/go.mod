module securetoken.dev/go/bench

go 1.26.0

require (
	github.com/fernet/fernet-go v0.0.0-20240119011108-303da6aec611
	google.golang.org/grpc v1.85.0
	google.golang.org/protobuf v1.36.12
	securetoken.dev/go v0.0.0
)

require (
	golang.org/x/net v0.60.0 // indirect
	golang.org/x/sys v0.48.0 // indirect
	golang.org/x/text v0.42.0 // indirect
	google.golang.org/genproto/googleapis/rpc v0.0.0-20261104224025-d1e00e9f33ab // indirect
)

replace securetoken.dev/go => ../../../gen/go
