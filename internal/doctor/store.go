package doctor

import (
	"sync"
	"time"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// What the store keeps, and for how long.
const (
	storeTime = time.Minute
	storeSize = 1000 // answers; more than any plan has registries
)

// store remembers the answers that do not depend on the configured credentials:
// to requests without any, and to decoys. A registry is asked for them once a
// minute, however many checks there are. Outages are not remembered.
type store struct {
	now func() time.Time

	mu      sync.Mutex
	answers map[string]stored
}

type stored struct {
	answer registry.TokenAnswer
	until  time.Time
}

// answer returns what is remembered under the key, else what ask returns.
func (s *store) answer(key string, ask func() registry.Answer) registry.Answer {
	return s.token(key, func() registry.TokenAnswer { return registry.TokenAnswer{Answer: ask()} }).Answer
}

// token is answer for token services.
func (s *store) token(key string, ask func() registry.TokenAnswer) registry.TokenAnswer {
	s.mu.Lock()
	known, ok := s.answers[key]
	s.mu.Unlock()
	if ok && s.now().Before(known.until) {
		return known.answer
	}
	answer := ask()
	switch answer.Status {
	case statusOK, statusUnauthorized, statusForbidden:
		s.keep(key, answer)
	}
	return answer
}

func (s *store) keep(key string, answer registry.TokenAnswer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.answers) >= storeSize {
		clear(s.answers) // asking again costs little
	}
	s.answers[key] = stored{answer, s.now().Add(storeTime)}
}
