package doctor

import (
	"slices"
	"sync"
	"time"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// What the store keeps, and for how long.
const (
	storeTime = time.Minute
	storeSize = 1000 // answers; more than any plan has registries

	maxStoredText = 4 << 10
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
	return s.recall(key, ask, statusOK, statusUnauthorized, statusForbidden)
}

// decoy is token for invented credentials, which some registries call malformed.
func (s *store) decoy(key string, ask func() registry.TokenAnswer) registry.TokenAnswer {
	return s.recall(key, ask, statusOK, statusUnauthorized, statusForbidden, statusBadRequest)
}

// recall returns what is remembered, else what ask returns, which is remembered
// if it has one of the statuses.
func (s *store) recall(key string, ask func() registry.TokenAnswer, statuses ...int) registry.TokenAnswer {
	s.mu.Lock()
	known, ok := s.answers[key]
	s.mu.Unlock()
	if ok && s.now().Before(known.until) {
		return known.answer
	}
	answer := ask()
	if slices.Contains(statuses, answer.Status) {
		s.keep(key, answer)
	}
	return answer
}

// keep remembers an answer without what only takes room: a token, of which it
// counts that there was one, and a text that is too long to be shown.
func (s *store) keep(key string, answer registry.TokenAnswer) {
	if !answer.Token.Empty() {
		answer.Token = registry.NewSecret("issued")
	}
	if len(answer.Text) > maxStoredText {
		answer.Text = ""
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.answers) >= storeSize {
		clear(s.answers) // asking again costs little
	}
	s.answers[key] = stored{answer, s.now().Add(storeTime)}
}
