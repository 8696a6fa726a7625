package securetokentest

import (
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/durationpb"

	securetokenv1 "securetoken.dev/go/proto/securetoken/v1"
)

const (
	checkpointInterval = time.Second
	pageSize           = 1000 // entries of an event
)

// WatchRevocations begins with a snapshot, and tells of each change at once.
func (r *rpcs) WatchRevocations(
	_ *securetokenv1.WatchRevocationsRequest, stream grpc.ServerStreamingServer[securetokenv1.WatchRevocationsResponse],
) error {
	r.tokens.note("WatchRevocations")
	news, changed := r.tokens.since(0)
	told := len(news)
	if err := sendSnapshot(stream, news); err != nil {
		return err
	}
	for {
		if err := sendCheckpoint(stream); err != nil {
			return err
		}
		select {
		case <-stream.Context().Done():
			return stream.Context().Err()
		case <-changed:
		case <-time.After(checkpointInterval):
		}
		news, changed = r.tokens.since(told)
		told += len(news)
		for len(news) > 0 {
			page := news[:min(len(news), pageSize)]
			news = news[len(page):]
			if err := stream.Send(&securetokenv1.WatchRevocationsResponse{
				Event: &securetokenv1.WatchRevocationsResponse_Changes_{
					Changes: &securetokenv1.WatchRevocationsResponse_Changes{Revocations: page},
				},
			}); err != nil {
				return err
			}
		}
	}
}

// sendSnapshot sends one page at least.
func sendSnapshot(
	stream grpc.ServerStreamingServer[securetokenv1.WatchRevocationsResponse], known []*securetokenv1.Revocation,
) error {
	for isFirst, isLast := true, false; !isLast; isFirst = false {
		page := known[:min(len(known), pageSize)]
		known = known[len(page):]
		isLast = len(known) == 0
		err := stream.Send(&securetokenv1.WatchRevocationsResponse{
			Event: &securetokenv1.WatchRevocationsResponse_Snapshot{
				Snapshot: &securetokenv1.WatchRevocationsResponse_SnapshotPage{
					Revocations: page, First: isFirst, Last: isLast,
				},
			},
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func sendCheckpoint(stream grpc.ServerStreamingServer[securetokenv1.WatchRevocationsResponse]) error {
	return stream.Send(&securetokenv1.WatchRevocationsResponse{
		Event: &securetokenv1.WatchRevocationsResponse_Checkpoint_{
			Checkpoint: &securetokenv1.WatchRevocationsResponse_Checkpoint{
				Staleness: durationpb.New(0), KeyIds: []string{keyID},
			},
		},
	})
}
