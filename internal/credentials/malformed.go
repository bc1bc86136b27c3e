package credentials

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// notJSON says that a text is not JSON and where its parser stopped, as the end of a
// sentence about the text. It repeats nothing of the text.
func notJSON(text []byte, err error) string {
	text = bytes.TrimRight(text, " \t\r\n")
	if len(text) == 0 {
		return "is empty"
	}
	if _, ok := errors.AsType[*json.SyntaxError](err); ok { // which a text that is cut gives too
		err = cmp.Or(json.NewDecoder(bytes.NewReader(text)).Decode(&json.RawMessage{}), err)
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return "is not valid JSON: it ends too early, at " + lineAndColumn(text, err)
	}
	return "is not valid JSON at " + lineAndColumn(text, err)
}

// lineAndColumn returns where a parser stopped, counted in characters as an editor does.
func lineAndColumn(text []byte, err error) string {
	before := text[:max(0, min(len(text), stopOf(text, err))-1)]
	line := before[bytes.LastIndexByte(before, '\n')+1:]
	return fmt.Sprintf("line %d, column %d", 1+bytes.Count(before, []byte("\n")), 1+utf8.RuneCount(line))
}

// stopOf returns how many bytes of a text a parser had read when it stopped, the one that
// it stopped at included.
func stopOf(text []byte, err error) int {
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		return int(e.Offset)
	}
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return int(e.Offset)
	}
	// Package hujson has no type for it.
	var line, column int
	if n, _ := fmt.Sscanf(err.Error(), "hujson: line %d, column %d:", &line, &column); n != 2 || errors.Is(err, io.ErrUnexpectedEOF) {
		return len(text)
	}
	stop := column
	for _, before := range bytes.SplitAfterN(text, []byte("\n"), line)[:line-1] {
		stop += len(before)
	}
	return stop
}
