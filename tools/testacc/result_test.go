package main

import (
	"strings"
	"testing"
)

func TestSummarise(t *testing.T) {
	t.Parallel()
	pass, skip := event{Action: "pass", Test: "TestA"}, event{Action: "skip", Test: "TestB"}
	reason := event{Action: "output", Test: "TestB", Output: "no such thing here\n"}
	for problem, events := range map[string][]event{
		"":                                   {pass, reason, skip},
		"s ran no test":                      {{Action: "pass"}, reason, skip}, // a package passes without any
		"s failed":                           {pass, {Action: "fail", Test: "TestC"}},
		"s skipped for a reason that is not": {pass, {Action: "output", Test: "TestB", Output: "tired\n"}, skip},
	} {
		s := suite{Name: "s", Skips: []string{"no such thing"}}
		r, said := result{}, map[string]string{}
		for _, e := range events {
			s.count(&r, e, said)
		}
		err := summarise([]suite{s}, []result{r})
		if (err == nil) != (problem == "") || err != nil && (!strings.HasPrefix(err.Error(), problem) || strings.Contains(err.Error(), "\n")) {
			t.Errorf("%q: %v", problem, err)
		}
	}
}
