package redact_test

import (
	"strings"
	"testing"

	"github.com/stellaops/terraform-provider-stellaops/internal/redact"
)

func TestWithoutUserInfo(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"https://r.example.com/token":                  "https://r.example.com/token",
		"https://ci:hunter2x@r.example.com/token":      "https://r.example.com/token",
		"https://ci:hunter@2x@r.example.com":           "https://r.example.com",
		"https://ci:%zz@r.example.com:port/token":      "https://r.example.com:port/token",
		"//ci@r.example.com":                           "//r.example.com",
		"https://r.example.com/@org":                   "https://r.example.com/@org",
		"https://r.example.com?service=a@b":            "https://r.example.com?service=a@b",
		"https://r.example.com#a@b":                    "https://r.example.com#a@b",
		"https://ci@r.example.com/a@b?c=d@e#f@g":       "https://r.example.com/a@b?c=d@e#f@g",
		"ci@r.example.com":                             "ci@r.example.com",
		"":                                             "",
		"https://ci:hunter2x@r.example.com//u@v/token": "https://r.example.com//u@v/token",
	} {
		if got := redact.WithoutUserInfo(text); got != want {
			t.Errorf("WithoutUserInfo(%q) is %q, want %q", text, got, want)
		}
	}
}

// TestCleaner_Text_KnowsEveryPairOfSurrogates has a character that JSON writes as two,
// of the highest that can be printed.
func TestCleaner_Text_KnowsEveryPairOfSurrogates(t *testing.T) {
	t.Parallel()
	if got := ownCleaner("\u845b\U000E0100\u98fe").Text(`got \u845b\udb40\udd00\u98fe`, 50); got != "" {
		t.Errorf("Text is %q", got)
	}
}

// TestCleaner_Text_LeavesOutWhatCostsTooMuch has a text that each way of reading makes
// another one of: nobody can know what is in it.
func TestCleaner_Text_LeavesOutWhatCostsTooMuch(t *testing.T) {
	t.Parallel()
	for dots, readable := range map[int]bool{3000: true, 4000: false} {
		if got := ownCleaner("hunter2x").Text(`%41&#66;\x43ä`+strings.Repeat(".", dots), 50); (got != "") != readable {
			t.Errorf("with %d dots: Text is %q", dots, got)
		}
	}
}
