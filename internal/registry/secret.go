package registry

import (
	"fmt"
	"io"
	"log/slog"
	"unique"
)

// redacted is what a secret prints.
const redacted = "(secret)"

// Secret is a text that must not be printed: no fmt verb, JSON or slog shows it.
// Only [Secret.Reveal] returns it. Two secrets are equal (==) if their texts are.
//
// The text is behind a handle, since fmt calls no methods of a value in an unexported
// field, nor of any value for %p. It prints the fields instead, and of a handle only
// an address.
type Secret struct{ text unique.Handle[string] }

// NewSecret returns a secret with the text.
func NewSecret(text string) Secret {
	if text == "" {
		return Secret{}
	}
	return Secret{unique.Make(text)}
}

// Reveal returns the text, for code that sends or compares it, or removes it from
// other texts.
func (s Secret) Reveal() string {
	if s.Empty() {
		return ""
	}
	return s.text.Value()
}

// Empty reports whether the text is empty.
func (s Secret) Empty() bool { return s == Secret{} }

// Format prints nothing of the secret, whatever the verb; fmt calls String for some
// verbs only.
func (s Secret) Format(state fmt.State, _ rune) {
	_, _ = io.WriteString(state, redacted) // fmt ignores the writer's errors too
}

// String prints nothing of the secret.
func (s Secret) String() string { return redacted }

// GoString prints nothing of the secret.
func (s Secret) GoString() string { return redacted }

// MarshalText prints nothing of the secret, in JSON and elsewhere.
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// UnmarshalText sets the secret to a text, as from JSON.
func (s *Secret) UnmarshalText(text []byte) error {
	*s = NewSecret(string(text))
	return nil
}

// LogValue prints nothing of the secret.
func (s Secret) LogValue() slog.Value { return slog.StringValue(redacted) }
