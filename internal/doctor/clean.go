package doctor

import (
	"maps"
	"slices"
	"unicode/utf8"

	"github.com/stellaops/terraform-provider-stellaops/internal/redact"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
)

// How much of a foreign text leaves this package, in characters.
const (
	maxWords    = 200
	maxUsername = 256 // bytes: it stands in commands, where a part of it would be another name
)

// clean makes evidence fit to be shown and stored: no text in it holds a secret, and
// none is long. It is the last thing that happens to evidence here, after the verdict,
// which must not depend on what a secret hides.
func clean(e verdict.Evidence, c redact.Cleaner) verdict.Evidence {
	e.Credential.Username = cleanUsername(e.Credential.Username, c)
	for _, answer := range []**registry.Answer{&e.Anonymous, &e.Authenticated, &e.Minted} {
		if *answer != nil {
			cleaned := cleanAnswer(**answer, c)
			*answer = &cleaned
		}
	}
	for _, answer := range []**registry.TokenAnswer{&e.Exchange, &e.Control} {
		if *answer != nil {
			cleaned := **answer
			cleaned.Answer = cleanAnswer(cleaned.Answer, c)
			cleaned.Endpoint = c.Value(cleaned.Endpoint, maxWords)
			*answer = &cleaned
		}
	}
	return e
}

// cleanUsername keeps a name that can be shown as it is: words quote what a terminal
// would take for a command.
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

// cleanAnswer copies what it changes: the memory has the same maps.
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
