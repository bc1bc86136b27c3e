package registry

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stellaops/terraform-provider-stellaops/internal/memo"
)

// askedBy is a question of a login to the token service of one address.
func askedBy(login, scope string) question {
	return question{address: address{method: "GET", url: "https://auth.example.com/token"}, query: scope, authorization: NewSecret(login)}
}

func withTime(time time.Duration) memo.Budget { return memo.Budget{Tries: 3, Time: time} }

var silent = &Failure{Fault: FaultTimeout}

func TestOutages_End(t *testing.T) {
	t.Parallel()
	const long, short = 30 * time.Second, time.Second
	type step struct {
		question question
		budget   memo.Budget
		failure  *Failure // nil where it is answered
	}
	for _, row := range []struct {
		name  string
		steps []step // one after the other
		asks  memo.Budget
		known bool
	}{
		{"one login is none", []step{{askedBy("a", ""), withTime(long), silent}}, withTime(long), false},
		{"one login again is none", []step{{askedBy("a", ""), withTime(long), silent}, {askedBy("a", ""), withTime(long), silent}}, withTime(long), false},
		{"one login with other scopes is none", []step{{askedBy("a", "scope=x"), withTime(long), silent}, {askedBy("a", "scope=y"), withTime(long), silent}}, withTime(long), false},
		{"two logins are one", []step{{askedBy("a", ""), withTime(long), silent}, {askedBy("b", ""), withTime(long), silent}}, withTime(long), true},
		{"two questions without a login are one", []step{{askedBy("", "scope=x"), withTime(long), silent}, {askedBy("", "scope=y"), withTime(long), silent}}, withTime(long), true},
		{"an answer ends it", []step{{askedBy("a", ""), withTime(long), silent}, {askedBy("b", ""), withTime(long), silent}, {askedBy("c", ""), withTime(2 * long), nil}}, withTime(long), false},
		{"an answer between them prevents it", []step{{askedBy("a", ""), withTime(long), silent}, {askedBy("c", ""), withTime(long), nil}, {askedBy("b", ""), withTime(long), silent}}, withTime(long), false},
		{"it is none for a caller with more time", []step{{askedBy("a", ""), withTime(short), silent}, {askedBy("b", ""), withTime(short), silent}}, withTime(long), false},
		{"it is none for a caller with more tries", []step{{askedBy("a", ""), withTime(long), silent}, {askedBy("b", ""), withTime(long), silent}}, memo.Budget{Tries: 4, Time: long}, false},
		{"the first one had a little less time", []step{{askedBy("a", ""), withTime(long * 2 / 3), silent}, {askedBy("b", ""), withTime(long), silent}}, withTime(long), true},
		{"the first one had much less time", []step{{askedBy("a", ""), withTime(short), silent}, {askedBy("b", ""), withTime(long), silent}}, withTime(long), false},
		{"a short one behind two long ones takes nothing away", []step{{askedBy("a", ""), withTime(long), silent}, {askedBy("b", ""), withTime(long), silent}, {askedBy("c", ""), withTime(2 * long), &Failure{Fault: FaultTimeout, unsent: true}}, {askedBy("a", ""), withTime(2 * long), silent}}, withTime(long), true},
		{"what was not sent says nothing", []step{{askedBy("a", ""), withTime(long), &Failure{Fault: FaultTimeout, unsent: true}}, {askedBy("b", ""), withTime(long), silent}}, withTime(long), false},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				o := newOutages()
				for _, s := range row.steps {
					asked, failure := o.begin(s.question, s.budget)
					if failure != nil {
						t.Fatalf("%+v is not asked", s)
					}
					<-time.After(time.Second)
					o.end(asked, s.failure)
				}
				if _, failure := o.begin(askedBy("d", ""), row.asks); (failure != nil) != row.known {
					t.Errorf("failure %+v, want one: %t", failure, row.known)
				}
			})
		})
	}
}

// TestOutages_End_AShortQuestionTakesNothingAway ends one that was on its way when two
// others made an outage.
func TestOutages_End_AShortQuestionTakesNothingAway(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOutages()
		a, _ := o.begin(askedBy("a", ""), withTime(30*time.Second))
		b, _ := o.begin(askedBy("b", ""), withTime(30*time.Second))
		<-time.After(10 * time.Second)
		c, _ := o.begin(askedBy("c", ""), withTime(time.Second))
		<-time.After(time.Second)
		for _, asked := range []attempt{a, b, c} {
			o.end(asked, silent)
		}
		if _, failure := o.begin(askedBy("d", ""), withTime(30*time.Second)); failure == nil {
			t.Error("the outage is gone")
		}
		<-time.After(11 * time.Second)
		if _, failure := o.begin(askedBy("d", ""), withTime(30*time.Second)); failure != nil {
			t.Error("the outage lasts longer than it took")
		}
	})
}

func TestOutages_End_ForgetsAfterAMinute(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOutages()
		for _, login := range []string{"a", "b"} {
			asked, _ := o.begin(askedBy(login, ""), withTime(time.Second))
			<-time.After(time.Second)
			o.end(asked, silent)
			<-time.After(time.Minute + 1)
		}
		if _, failure := o.begin(askedBy("d", ""), withTime(time.Second)); failure != nil {
			t.Errorf("failure %+v", failure)
		}
	})
}

// TestTokenAnswer_size has answers that take much, by each part that a server chooses.
func TestTokenAnswer_size(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", maxKept+1)
	many := map[string]string{}
	for i := range 300 {
		many[strings.Repeat("y", i)] = ""
	}
	for name, answer := range map[string]TokenAnswer{
		"address": {Answer: Answer{URL: long}}, "redirect": {Answer: Answer{Location: long}}, "words": {Answer: Answer{Text: long}},
		"token": {Token: NewSecret(long)}, "subject": {Subject: long}, "scope": {Grants: ParseScope("repository:a:" + strings.Repeat("*,", 1000))},
		"challenge": {Answer: Answer{Challenges: []Challenge{{Params: many}}}}, "value": {Answer: Answer{Challenges: []Challenge{{Params: map[string]string{"realm": long}}}}},
	} {
		if size := answer.size(); size <= maxKept {
			t.Errorf("%s: %d bytes", name, size)
		}
	}
	for name, q := range map[string]question{"address": {address: address{url: long}}, "query": {query: long}, "token": {authorization: NewSecret(long)}, "body": {body: NewSecret(long)}} {
		if size := q.size(); size <= maxKept {
			t.Errorf("question, %s: %d bytes", name, size)
		}
	}
	if size := (TokenAnswer{Token: NewSecret("minted"), Answer: Answer{Status: 200}}).size(); size > 100 {
		t.Errorf("a usual answer has %d bytes", size)
	}
}
