package registry

import (
	"context"
	"math/rand/v2"
	"net/http"
	"strconv"
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

// send makes a call, again where that may help: while the deadline leaves room,
// and never one that was answered about its credentials.
func (c *Client) send(ctx context.Context, transport *http.Transport, q call) received {
	retry, _ := ctx.Value(retryKey{}).(Retry)
	for attempt := 1; ; attempt++ {
		r := c.follow(ctx, transport, q)
		if q.method != http.MethodGet || attempt >= retry.Attempts || !r.temporary() {
			return r
		}
		delay, named := r.retryAfter(time.Now())
		if !named {
			delay = jitter(retry.delay(attempt))
		}
		deadline, bounded := ctx.Deadline()
		if bounded && time.Until(deadline) <= delay || c.wait(ctx, delay) != nil {
			return r
		}
	}
}

// delay is the time before the try after the given one.
func (r Retry) delay(attempt int) time.Duration {
	delay := r.MinDelay
	for range attempt - 1 {
		delay = min(2*delay, r.MaxDelay)
	}
	return min(delay, r.MaxDelay)
}

// jitter takes up to half of a delay away, so that checks which failed together
// do not come back together.
func jitter(delay time.Duration) time.Duration {
	return delay - time.Duration(rand.Int64N(int64(delay)/2+1)) //nolint:gosec // nobody gains by guessing it
}

// temporary tells whether asking again may lead to another answer: after a fault
// of the connection, 408, 429 and 5xx.
func (r received) temporary() bool {
	if r.failure != nil {
		switch r.failure.Fault {
		case FaultDNS, FaultRefused, FaultConnection:
			return true
		default:
			return false
		}
	}
	status := r.response.StatusCode
	return status == http.StatusRequestTimeout || status == http.StatusTooManyRequests || status >= http.StatusInternalServerError
}

// retryAfter is the delay that a server names, in seconds or as a date (RFC 9110
// section 10.2.3).
func (r received) retryAfter(now time.Time) (delay time.Duration, named bool) {
	if r.response == nil {
		return 0, false
	}
	value := r.response.Header.Get("Retry-After")
	if seconds, err := strconv.ParseInt(value, 10, 32); err == nil && seconds >= 0 {
		return time.Duration(seconds) * time.Second, true
	}
	if date, err := http.ParseTime(value); err == nil {
		return max(0, date.Sub(now)), true
	}
	return 0, false
}

// wait returns after the delay, or with an error when ctx ends first.
func wait(ctx context.Context, delay time.Duration) error {
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
