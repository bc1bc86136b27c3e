package registry

import "strings"

// Challenge is one challenge of a WWW-Authenticate header (RFC 9110 section
// 11.6.1).
type Challenge struct {
	Scheme string            // as the server wrote it; compare with [Challenge.Is]
	Params map[string]string // names in lower case, values unquoted; nil if there are none
}

// Is reports whether the challenge has the scheme. Schemes are case-insensitive (RFC
// 9110 section 11.1).
func (c Challenge) Is(scheme string) bool { return strings.EqualFold(c.Scheme, scheme) }

// FindChallenge returns the first challenge with the scheme and a realm, else the first
// with the scheme, and whether there is one.
func FindChallenge(challenges []Challenge, scheme string) (found Challenge, ok bool) {
	for _, c := range challenges {
		switch {
		case !c.Is(scheme):
		case c.Params["realm"] != "":
			return c, true
		case !ok:
			found, ok = c, true
		}
	}
	return found, ok
}

// maxChallenges is how many challenges of one header line are read, so that prose in a
// line costs little memory and hides nothing in the next line.
const maxChallenges = 32

// ParseChallenges parses the challenges of all WWW-Authenticate header lines. It
// accepts what registries send besides the grammar: unquoted URLs, empty values,
// blanks around the equals sign, a missing comma, a missing quote at the end. Of a
// parameter that stands twice, which is not allowed (RFC 9110 section 11.2), it takes
// the last value as other clients do: they would ask that token service. It skips what
// it cannot parse.
func ParseChallenges(lines []string) []Challenge {
	var challenges []Challenge
	for _, line := range lines {
		s := scanner{rest: line}
		most := len(challenges) + maxChallenges
		for s.skip(" \t,"); s.rest != "" && len(challenges) < most; s.skip(" \t,") {
			scheme := s.token()
			if scheme == "" {
				s.rest = s.rest[1:]
				continue
			}
			challenges = append(challenges, Challenge{Scheme: scheme, Params: s.params(scheme)})
		}
	}
	return challenges
}

// scanner reads a header line from the front.
type scanner struct{ rest string }

func (s *scanner) skip(chars string) { s.rest = strings.TrimLeft(s.rest, chars) }

// token reads a token (RFC 9110 section 5.6.2).
func (s *scanner) token() string {
	end := strings.IndexFunc(s.rest, func(r rune) bool { return !isTokenChar(r) })
	if end < 0 {
		end = len(s.rest)
	}
	token := s.rest[:end]
	s.rest = s.rest[end:]
	return token
}

func isTokenChar(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r != 0 && strings.ContainsRune("!#$%&'*+-.^_`|~", r)
}

// params reads the parameters after a scheme, or its token68, up to the next scheme
// or the end.
func (s *scanner) params(scheme string) map[string]string {
	if s.token68(scheme) {
		return nil
	}
	var params map[string]string
	for {
		before := s.rest
		s.skip(" \t,")
		name := strings.ToLower(s.token())
		s.skip(" \t")
		if name == "" || !strings.HasPrefix(s.rest, "=") {
			s.rest = before // the next scheme, or a syntax error
			return params
		}
		s.rest = s.rest[1:]
		s.skip(" \t")
		if params == nil {
			params = map[string]string{}
		}
		params[name] = s.value()
	}
}

// token68 reads a single value without a name (RFC 9110 section 11.2), such as that
// of Negotiate, and reports whether there is one. A token68 that ends in one equals
// sign looks like a parameter with an empty value; it is taken for a parameter after
// Basic and Bearer only.
func (s *scanner) token68(scheme string) bool {
	rest := strings.TrimLeft(s.rest, " \t")
	if rest == s.rest { // no blank after the scheme
		return false
	}
	end := strings.IndexFunc(rest, func(r rune) bool {
		return !isTokenChar(r) && r != '/' && r != '='
	})
	if end < 0 {
		end = len(rest)
	}
	after := strings.TrimLeft(rest[end:], " \t")
	if end == 0 || after != "" && after[0] != ',' {
		return false
	}
	unpadded := strings.TrimRight(rest[:end], "=")
	padding := end - len(unpadded)
	named := strings.EqualFold(scheme, "Basic") || strings.EqualFold(scheme, "Bearer")
	if strings.Contains(unpadded, "=") || padding == 1 && named {
		return false
	}
	s.rest = after
	return true
}

// value reads a quoted string (RFC 9110 section 5.6.4), or the text up to the next
// comma or blank.
func (s *scanner) value() string {
	if !strings.HasPrefix(s.rest, `"`) {
		end := strings.IndexAny(s.rest, ", \t")
		if end < 0 {
			end = len(s.rest)
		}
		value := s.rest[:end]
		s.rest = s.rest[end:]
		return value
	}
	var value strings.Builder
	for i := 1; i < len(s.rest); i++ {
		switch c := s.rest[i]; c {
		case '"':
			s.rest = s.rest[i+1:]
			return value.String()
		case '\\':
			if i++; i < len(s.rest) {
				value.WriteByte(s.rest[i])
			}
		default:
			value.WriteByte(c)
		}
	}
	s.rest = ""
	return value.String()
}
