package securetoken

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	securetokenv1 "securetoken.dev/go/proto/securetoken/v1"
)

const (
	// maxBatchTokens and maxBatchBytes are within what the server takes of one BatchValidateTokens.
	maxBatchTokens = 1000
	maxBatchBytes  = 1 << 19
	// tokenOverhead is what a token costs in a message beside its text, in bytes.
	tokenOverhead = 4
	// batchPause is how long a token waits at most for the call that is under way, so that a slow server
	// holds up nobody but those who ask.
	batchPause = 5 * time.Millisecond
)

// questions asks the server about tokens: one at once, and those that come while a call is under way
// together.
type questions struct {
	client   *Client
	clock    *steadyClock
	isSingle atomic.Bool // whether this client may not call BatchValidateTokens

	mu      sync.Mutex
	calls   int // under way
	waiting []*question
	bytes   int // of the tokens that wait
}

type question struct {
	token string
	reply chan reply
}

type reply struct {
	valid *ValidToken
	asked time.Duration // when the try was sent that gave it, on the verifier's clock
	err   error
}

// ask gives a valid token's claims and when they were asked for, or why there are none. The context bounds
// the wait.
func (q *questions) ask(ctx context.Context, token string) (*ValidToken, time.Duration, error) {
	token = fitToken(token)
	q.mu.Lock()
	if q.calls == 0 && len(q.waiting) == 0 {
		q.calls++
		q.mu.Unlock()
		defer q.land()
		answer := q.askOne(ctx, token)
		return answer.valid, answer.asked, answer.err
	}
	asked := &question{token, make(chan reply, 1)}
	q.waiting = append(q.waiting, asked)
	q.bytes += len(token) + tokenOverhead
	switch {
	case len(q.waiting) == maxBatchTokens || q.bytes > maxBatchBytes-(maxTokenLength+1)*4-tokenOverhead:
		q.launch()
	case len(q.waiting) == 1:
		time.AfterFunc(batchPause, func() {
			q.mu.Lock()
			defer q.mu.Unlock()
			q.launch()
		})
	}
	q.mu.Unlock()
	select {
	case answer := <-asked.reply:
		return answer.valid, answer.asked, answer.err
	case <-ctx.Done():
		return nil, 0, ctx.Err()
	}
}

// launch sends those that wait. Its caller holds the lock.
func (q *questions) launch() {
	if len(q.waiting) == 0 {
		return
	}
	batch := q.waiting
	q.waiting, q.bytes = nil, 0
	q.calls++
	go func() {
		defer q.land()
		q.send(batch)
	}()
}

// land ends a call, and sends those that have waited for it.
func (q *questions) land() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.calls--
	q.launch()
}

func (q *questions) send(batch []*question) {
	if len(batch) > 1 && !q.isSingle.Load() {
		err := q.askMany(batch)
		if code := status.Code(err); code != codes.PermissionDenied && code != codes.Unimplemented {
			if err != nil {
				replyAll(batch, err)
			}
			return
		}
		q.isSingle.Store(true)
	}
	var calls sync.WaitGroup
	for _, each := range batch {
		calls.Go(func() {
			each.reply <- q.askOne(context.Background(), each.token)
		})
	}
	calls.Wait()
}

func replyAll(batch []*question, err error) {
	for _, each := range batch {
		each.reply <- reply{err: err}
	}
}

func (q *questions) askOne(ctx context.Context, token string) reply {
	calls := &tries{clock: q.clock}
	ctx, cancel := q.ownContext(calls.in(ctx))
	defer cancel()
	response, err := q.client.raw.ValidateToken(ctx, &securetokenv1.ValidateTokenRequest{Token: token})
	if err != nil {
		return reply{err: FromError(err)}
	}
	valid, err := toValidToken(response)
	return reply{valid, calls.asked(), err}
}

// askMany gives an error, and has replied to nobody, when the call fails as a whole.
func (q *questions) askMany(batch []*question) error {
	calls := &tries{clock: q.clock}
	ctx, cancel := q.ownContext(calls.in(context.Background()))
	defer cancel()
	request := &securetokenv1.BatchValidateTokensRequest{Tokens: make([]string, len(batch))}
	for i, each := range batch {
		request.Tokens[i] = each.token
	}
	response, err := q.client.raw.BatchValidateTokens(ctx, request)
	if err != nil {
		return FromError(err)
	}
	if err := sameCount(len(response.GetResults()), len(batch)); err != nil {
		return err
	}
	for i, message := range response.GetResults() {
		result, err := toBatchResult(message, "")
		if err == nil {
			err = result.Err
		}
		batch[i].reply <- reply{result.Token, calls.asked(), FromError(err)}
	}
	return nil
}

// ownContext makes calls with the client's own credential and within its timeout, that wait for no rate:
// what a request's context would send along is not for the token service.
func (q *questions) ownContext(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx = withoutWaitingForRate(withoutCredential(metadata.NewOutgoingContext(ctx, metadata.MD{})))
	return context.WithTimeout(ctx, q.client.timeout)
}
