package main

import "testing"

func TestEndedLate(t *testing.T) {
	t.Parallel()
	const (
		late = "fuzz: elapsed: 21s, execs: 31650 (0/sec), new interesting: 15 (total: 325)\n" +
			"--- FAIL: FuzzToken (21.03s)\n    context deadline exceeded\nFAIL\nexit status 1\nFAIL\texample.com/registry\t21.041s\n"
		finding = "--- FAIL: FuzzToken (10.26s)\n    --- FAIL: FuzzToken (0.00s)\n        token_test.go:9: context deadline exceeded\n    \n" +
			"    Failing input written to testdata/fuzz/FuzzToken/8ecd6b692c0c673f\n    To re-run:\n    go test -run=FuzzToken/8ecd6b692c0c673f\nFAIL\n"
		both = "--- FAIL: FuzzToken (10.26s)\n    context deadline exceeded\n    Failing input written to testdata/fuzz/FuzzToken/8ecd6b692c0c673f\nFAIL\n"
	)
	for output, want := range map[string]bool{late: true, finding: false, both: false, "PASS\nok\n": false, "": false} {
		if got := endedLate(output); got != want {
			t.Errorf("%t, want %t: %s", got, want, output)
		}
	}
}
