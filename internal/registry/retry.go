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

// Retry says how often a GET is asked that got no answer about what it asked
// for. The zero value asks once.
type Retry struct {
	Attempts int           // in all
	MinDelay time.Duration // before the second try; it doubles from try to try
	MaxDelay time.Duration // the longest, unless the server names one
}

// DefaultRetry is for checks whose configuration says nothing.
func DefaultRetry() Retry {
	return Retry{Attempts: 3, MinDelay: 250 * time.Millisecond, MaxDelay: 5 * time.Second}
}

// retryKey is where a check leaves its policy for the requests that it makes.
type retryKey struct{}

// WithRetry makes the policy hold for all requests under the context; like its
// deadline, it belongs to the check and not to one request.
func WithRetry(ctx context.Context, retry Retry) context.Context {
	return context.WithValue(ctx, retryKey{}, retry)
}

// maxTries is how often a request under ctx may be sent.
func maxTries(ctx context.Context) int {
	retry, _ := ctx.Value(retryKey{}).(Retry)
	return max(1, retry.Attempts)
}

// sendWithRetries sends one request, again where that may help: while the deadline leaves
// room and again is above zero, and never one that was answered about its
// credentials.
func (c *Client) sendWithRetries(ctx context.Context, transport *http.Transport, req request, retry Retry, again *int) received {
	for {
		r := c.sendOnce(ctx, transport, req)
		if req.method != http.MethodGet || *again <= 0 || !r.retryable() {
			return r
		}
		delay := jitter(retry.delay(retry.Attempts - *again))
		if named, ok := r.retryAfter(time.Now()); ok {
			delay = max(delay, named)
		}
		deadline, bounded := ctx.Deadline()
		if bounded && time.Until(deadline) <= delay || c.wait(ctx, delay) != nil {
			return r
		}
		*again--
	}
}

// delay is the time before the try after the given one.
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

// jitter takes up to half of a delay away, so that checks which failed together
// do not come back together.
func jitter(delay time.Duration) time.Duration {
	return delay - time.Duration(rand.Int64N(int64(delay)/2+1)) //nolint:gosec // nobody gains by guessing it
}

// retryable tells whether asking again may lead to another answer: after a fault
// of the connection, 408, 429 and 5xx. A secret to which an answer had begun is not
// sent again: it may have been a refusal.
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

// refusesCredentials tells the statuses that are about what was sent.
func refusesCredentials(status int) bool {
	return status == http.StatusBadRequest || status == http.StatusUnauthorized || status == http.StatusForbidden
}

// retryAfter is the delay that a server names, in seconds or as a date (RFC 9110
// section 10.2.3).
func (r received) retryAfter(now time.Time) (delay time.Duration, named bool) {
	if r.response == nil {
		return 0, false
	}
	value := r.response.Header.Get("Retry-After")
	if value != "" && strings.Trim(value, "0123456789") == "" {
		seconds, err := strconv.ParseInt(value, 10, 32)
		if err != nil { // more than can be counted
			return math.MaxInt64, true
		}
		return time.Duration(seconds) * time.Second, true
	}
	if date, err := http.ParseTime(value); err == nil {
		return max(0, date.Sub(now)), true
	}
	return 0, false
}

// sleep returns after the delay, or with an error when ctx ends first.
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
