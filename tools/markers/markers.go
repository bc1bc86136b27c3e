// Package markers puts generated text into documents that are written by hand.
package markers

import (
	"fmt"
	"os"
	"strings"
)

// Insert puts text between the two comments of a name in a file; by is the command that
// generates it. A file without these comments is an error.
func Insert(file, name, by, text string) error {
	begin, end := "<!-- "+name+": written by "+by+" -->\n", "<!-- end of "+name+" -->"
	content, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("insert %s: %w", name, err)
	}
	before, rest, ok := strings.Cut(string(content), begin)
	_, after, closed := strings.Cut(rest, end)
	if !ok || !closed {
		return fmt.Errorf("insert %s: %s has no place for them", name, file)
	}
	if err := os.WriteFile(file, []byte(before+begin+text+end+after), 0o644); err != nil {
		return fmt.Errorf("insert %s: %w", name, err)
	}
	return nil
}
