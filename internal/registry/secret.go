package registry

import (
	"fmt"
	"io"
	"log/slog"
	"unique"
)

// redacted is what a secret shows of itself, whatever it is printed with.
const redacted = "(secret)"

// Secret is a text that must not be printed: no fmt verb, JSON or slog shows
// it. [Secret.Reveal] is the one way to its content. Two secrets are equal (==)
// when their texts are.
//
// The text is behind a handle, since fmt asks no method of a value in an
// unexported field, nor of any value for %p: it prints what it finds, and of a
// handle that is an address.
type Secret struct{ text unique.Handle[string] }

// NewSecret wraps text.
func NewSecret(text string) Secret {
	if text == "" {
		return Secret{}
	}
	return Secret{unique.Make(text)}
}

// Reveal returns the text itself. What calls it is what sends the secret, or
// what looks for it in order to remove it.
func (s Secret) Reveal() string {
	if s.Empty() {
		return ""
	}
	return s.text.Value()
}

// Empty tells whether there is nothing to send.
func (s Secret) Empty() bool { return s == Secret{} }

// Format prints nothing of the secret, whatever the verb; fmt asks String for
// some verbs only.
func (s Secret) Format(state fmt.State, _ rune) {
	_, _ = io.WriteString(state, redacted) // fmt keeps the writer's errors to itself
}

// String prints nothing of the secret.
func (s Secret) String() string { return redacted }

// GoString prints nothing of the secret.
func (s Secret) GoString() string { return redacted }

// MarshalText prints nothing of the secret, in JSON and elsewhere.
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// UnmarshalText reads a secret out of JSON and the like.
func (s *Secret) UnmarshalText(text []byte) error {
	*s = NewSecret(string(text))
	return nil
}

// LogValue prints nothing of the secret.
func (s Secret) LogValue() slog.Value { return slog.StringValue(redacted) }
