package doctor

import (
	"maps"
	"slices"
	"unicode/utf8"

	"github.com/stellaops/terraform-provider-stellaops/internal/redact"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
)

const (
	maxWords    = 200 // characters of a server's text
	maxUsername = 256 // bytes; it stands in commands, where a part of it would be another name
)

// clean removes secrets from evidence and shortens its texts, so that it can be shown
// and stored. It runs after the verdict, which must not depend on what is removed.
func clean(e verdict.Evidence, c redact.Cleaner) verdict.Evidence {
	e.Credential.Username = cleanUsername(e.Credential.Username, c)
	answers := []**registry.Answer{&e.Anonymous, &e.Authenticated, &e.Minted, &e.Compared}
	e.Access = slices.Clone(e.Access)
	for i := range e.Access {
		answers = append(answers, &e.Access[i].Answer)
		e.Access[i].Service = c.Value(e.Access[i].Service, maxWords)
	}
	for _, answer := range answers {
		if *answer != nil {
			cleaned := cleanAnswer(**answer, c)
			*answer = &cleaned
		}
	}
	for _, answer := range []**registry.TokenAnswer{&e.Exchange, &e.Control, &e.Scoped} {
		if *answer != nil {
			cleaned := **answer
			cleaned.Answer = cleanAnswer(cleaned.Answer, c)
			cleaned.Endpoint = c.Value(cleaned.Endpoint, maxWords)
			*answer = &cleaned
		}
	}
	return e
}

// cleanUsername keeps a name that is no secret: advice quotes what a terminal would
// interpret.
func cleanUsername(name string, c redact.Cleaner) string {
	switch {
	case c.Value(name, maxWords) == redact.Ellipsis:
		return redact.Ellipsis
	case len(name) > maxUsername:
		return redact.Cut(name, maxUsername/utf8.UTFMax)
	default:
		return name
	}
}

// cleanAnswer copies the maps that it changes, because the cache keeps the same ones.
func cleanAnswer(a registry.Answer, c redact.Cleaner) registry.Answer {
	a.URL = ""
	a.Text = c.Text(a.Text, maxWords)
	a.Location = c.Value(a.Location, maxWords)
	a.Challenges = slices.Clone(a.Challenges)
	for i, challenge := range a.Challenges {
		params := maps.Clone(challenge.Params)
		for name, value := range params {
			switch name {
			case "realm":
				params[name] = c.Value(redact.WithoutUserInfo(value), maxWords)
			case "service", "scope":
				params[name] = c.Value(value, maxWords)
			case "error":
				params[name] = c.Text(value, maxWords)
			default:
				delete(params, name)
			}
		}
		a.Challenges[i] = registry.Challenge{Scheme: c.Value(challenge.Scheme, maxWords), Params: params}
	}
	return a
}
