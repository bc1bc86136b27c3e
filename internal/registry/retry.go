package registry

import (
	"context"
	"math"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Retry says how often a GET is sent if it fails for a reason that may be temporary.
// The zero value sends it once.
type Retry struct {
	Attempts int           // in all
	MinDelay time.Duration // before the first retry; it doubles with each retry
	MaxDelay time.Duration // upper limit, unless a Retry-After is longer
}

// DefaultRetry returns the policy of checks that do not set one.
func DefaultRetry() Retry {
	return Retry{Attempts: 3, MinDelay: 250 * time.Millisecond, MaxDelay: 5 * time.Second}
}

// retryKey is the context key of a check's policy.
type retryKey struct{}

// WithRetry returns a context whose requests use the policy. Like the deadline, the
// policy belongs to a whole check.
func WithRetry(ctx context.Context, retry Retry) context.Context {
	return context.WithValue(ctx, retryKey{}, retry)
}

// maxTries returns how often a request under ctx may be sent.
func maxTries(ctx context.Context) int {
	retry, _ := ctx.Value(retryKey{}).(Retry)
	return max(1, retry.Attempts)
}

// sendWithRetries sends one request, and retries it as long as the failure is
// retryable, retriesLeft is above zero and the delay ends before the deadline. Only a
// GET is retried, since it changes nothing on the server (RFC 9110 section 9.2.1).
func (c *Client) sendWithRetries(ctx context.Context, transport *http.Transport, req request, retry Retry, retriesLeft *int) received {
	for {
		r := c.sendOnce(ctx, transport, req)
		if req.method != http.MethodGet || *retriesLeft <= 0 || !r.retryable() {
			return r
		}
		delay := jitter(retry.delay(retry.Attempts - *retriesLeft))
		if named, ok := r.retryAfter(time.Now()); ok {
			delay = max(delay, named)
		}
		deadline, bounded := ctx.Deadline()
		if bounded && time.Until(deadline) <= delay || c.wait(ctx, delay) != nil {
			return r
		}
		*retriesLeft--
	}
}

// delay returns the delay after the given attempt, counted from 1.
func (r Retry) delay(attempt int) time.Duration {
	delay := min(r.MinDelay, r.MaxDelay)
	for range attempt - 1 {
		if delay > r.MaxDelay/2 {
			return r.MaxDelay
		}
		delay *= 2
	}
	return delay
}

// jitter shortens a delay by up to a half at random, so that checks which failed at
// the same time do not retry at the same time.
func jitter(delay time.Duration) time.Duration {
	return delay - time.Duration(rand.Int64N(int64(delay)/2+1)) //nolint:gosec // it need not be unpredictable
}

// retryable reports whether a retry may have another result: after a fault of the
// connection, 408, 429 and 5xx. If a response to a request with a secret has begun,
// it is not retried: the response may have been a refusal, and refusals may lock an
// account.
func (r received) retryable() bool {
	if r.failure != nil {
		switch r.failure.Fault {
		case FaultDNS, FaultRefused, FaultConnection:
			return !r.answerBegun && !r.failure.permanent
		default:
			return r.failure.retryable
		}
	}
	status := r.response.StatusCode
	return status == http.StatusRequestTimeout || status == http.StatusTooManyRequests || status >= http.StatusInternalServerError
}

// refusesCredentials reports whether a status refuses the credentials of the request.
func refusesCredentials(status int) bool {
	return status == http.StatusBadRequest || status == http.StatusUnauthorized || status == http.StatusForbidden
}

// retryAfter returns the delay in the header Retry-After, which is in seconds or a
// date (RFC 9110 section 10.2.3), and whether there is one.
func (r received) retryAfter(now time.Time) (delay time.Duration, named bool) {
	if r.response == nil {
		return 0, false
	}
	value := r.response.Header.Get("Retry-After")
	if value != "" && strings.Trim(value, "0123456789") == "" {
		seconds, err := strconv.ParseInt(value, 10, 32)
		if err != nil { // too large for the type
			return math.MaxInt64, true
		}
		return time.Duration(seconds) * time.Second, true
	}
	if date, err := http.ParseTime(value); err == nil {
		return max(0, date.Sub(now)), true
	}
	return 0, false
}

// sleep waits for the delay. It returns the error of ctx if that ends first.
func sleep(ctx context.Context, delay time.Duration) error {
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
