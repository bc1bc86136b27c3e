package registry_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// params reads pairs of name and value.
func params(pairs ...string) map[string]string {
	m := map[string]string{}
	for i := 0; i+1 < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	return m
}

type challengeRow struct {
	name  string
	lines []string
	want  []registry.Challenge
}

func challengeRows() []challengeRow {
	const realm = "https://auth.example.com/token"
	bearer := registry.Challenge{Scheme: "Bearer", Params: params("realm", realm, "service", "r.example.com")}
	basic := registry.Challenge{Scheme: "Basic", Params: params("realm", "r")}
	negotiate := registry.Challenge{Scheme: "Negotiate", Params: params()}
	const bearerLine = `Bearer realm="https://auth.example.com/token",service="r.example.com"`
	one := func(name, line, scheme string, pairs ...string) challengeRow {
		return challengeRow{name, []string{line}, []registry.Challenge{{Scheme: scheme, Params: params(pairs...)}}}
	}
	return []challengeRow{
		{"no header line", nil, nil},
		{"an empty header line", []string{""}, nil},
		{"a line of blanks and commas", []string{" ,\t, "}, nil},
		{"two header lines", []string{"Negotiate", bearerLine}, []registry.Challenge{negotiate, bearer}},
		{"an empty line between two", []string{`Basic realm="r"`, "", bearerLine}, []registry.Challenge{basic, bearer}},
		{"two challenges on one line", []string{bearerLine + `, Basic realm="r"`}, []registry.Challenge{bearer, basic}},
		{"a scheme alone before another on one line", []string{"Negotiate, " + bearerLine}, []registry.Challenge{negotiate, bearer}},
		{"a scheme alone and a blank before the comma", []string{"Negotiate , " + bearerLine}, []registry.Challenge{negotiate, bearer}},
		{"a scheme alone behind another", []string{bearerLine + ", Negotiate"}, []registry.Challenge{bearer, negotiate}},
		{"a token68 before another on one line", []string{"Negotiate YII=, " + bearerLine}, []registry.Challenge{negotiate, bearer}},
		{"a token68 with two signs of padding", []string{"NTLM TlRMTVNTUAAC==," + bearerLine}, []registry.Challenge{{Scheme: "NTLM", Params: params()}, bearer}},
		{"a token68 with a slash and no padding", []string{"Negotiate a/b+c, " + bearerLine}, []registry.Challenge{negotiate, bearer}},
		{"a missing comma between challenges", []string{bearerLine + ` Basic realm="r"`}, []registry.Challenge{bearer, basic}},
		{"a missing comma behind a scheme alone", []string{"Negotiate " + bearerLine}, []registry.Challenge{negotiate, bearer}},
		{"empty elements of the list", []string{`, ,Basic realm="r",, ` + bearerLine + ","}, []registry.Challenge{basic, bearer}},
		{"the same challenge twice", []string{`Basic realm="r"`, `Basic realm="r"`}, []registry.Challenge{basic, basic}},
		{
			"the example of RFC 9110 section 11.6.1",
			[]string{`Basic realm="simple", Newauth realm="apps", type=1, title="Login to \"apps\""`},
			[]registry.Challenge{
				{Scheme: "Basic", Params: params("realm", "simple")},
				{Scheme: "Newauth", Params: params("realm", "apps", "type", "1", "title", `Login to "apps"`)},
			},
		},
		{"a token68 without a blank before it is none", []string{"Negotiate/abc, " + bearerLine}, []registry.Challenge{negotiate, {Scheme: "abc", Params: params()}, bearer}},
		{"nonsense before a challenge", []string{`"?;= ` + bearerLine}, []registry.Challenge{bearer}},
		{"nonsense behind a challenge", []string{`Basic realm="r" ;;`, bearerLine}, []registry.Challenge{basic, bearer}},
		one("upper case is understood", `BEARER Realm="x",SERVICE="Y"`, "BEARER", "realm", "x", "service", "Y"),
		one("an unquoted value", "basic realm=zot", "basic", "realm", "zot"),
		one("an unquoted URL", "Bearer realm=https://auth.example.com/token?a=b,service=r", "Bearer", "realm", realm+"?a=b", "service", "r"),
		one("a relative realm", `Bearer realm="/v2/token"`, "Bearer", "realm", "/v2/token"),
		one("an empty quoted value", `Bearer realm="x",service="",scope=""`, "Bearer", "realm", "x", "service", "", "scope", ""),
		one("an empty value before the realm", `Bearer service="",realm="x"`, "Bearer", "service", "", "realm", "x"),
		one("an empty unquoted value before the realm", `Bearer service=,realm="x"`, "Bearer", "service", "", "realm", "x"),
		one("an empty unquoted value at the end", `Basic realm=`, "Basic", "realm", ""),
		one("a comma in quotes", `Bearer realm="x",scope="repository:a/b:pull,push"`, "Bearer", "realm", "x", "scope", "repository:a/b:pull,push"),
		one("a challenge in quotes is a value", `Bearer realm="x, Basic realm=y"`, "Bearer", "realm", "x, Basic realm=y"),
		one("quoted pairs", `Basic realm="a \"b\" \\ \c"`, "Basic", "realm", `a "b" \ c`),
		one("blanks around the equals sign", "Bearer realm = \"x\" ,\tservice\t=\ty", "Bearer", "realm", "x", "service", "y"),
		one("a blank before the equals sign of an unquoted value", `Bearer realm =x`, "Bearer", "realm", "x"),
		one("many blanks behind the scheme", "Bearer \t  realm=x", "Bearer", "realm", "x"),
		one("a missing comma between parameters", `Bearer realm="x" service="y"`, "Bearer", "realm", "x", "service", "y"),
		one("a missing comma between unquoted parameters", "Bearer realm=x service=y\tscope=z", "Bearer", "realm", "x", "service", "y", "scope", "z"),
		one("nothing at all between parameters", `Bearer realm="x"service="y"`, "Bearer", "realm", "x", "service", "y"),
		one("a quote that never ends", `Bearer service="y",realm="x, z`, "Bearer", "service", "y", "realm", "x, z"),
		one("a quote that ends in a backslash", `Bearer realm="x\`, "Bearer", "realm", "x"),
		one("the last of two parameters of one name counts, as with other clients", `Bearer realm="first",Realm="second"`, "Bearer", "realm", "second"),
		one("an error as RFC 6750 has it", `Bearer error="invalid_token", error_description="expired"`, "Bearer", "error", "invalid_token", "error_description", "expired"),
		one("a value that is no ASCII", `Basic realm="Bücher"`, "Basic", "realm", "Bücher"),
	}
}

func TestParseChallenges(t *testing.T) {
	t.Parallel()
	for _, row := range challengeRows() {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			got := registry.ParseChallenges(row.lines)
			same := slices.EqualFunc(got, row.want, func(a, b registry.Challenge) bool {
				return a.Scheme == b.Scheme && maps.Equal(a.Params, b.Params)
			})
			if !same {
				t.Errorf("ParseChallenges(%q)\n got %q\nwant %q", row.lines, got, row.want)
			}
		})
	}
}

func TestFindChallenge(t *testing.T) {
	t.Parallel()
	challenges := registry.ParseChallenges([]string{`Negotiate, BEARER realm="first"`, `Bearer realm="second"`})
	bearer, ok := registry.FindChallenge(challenges, "bearer")
	if !ok || bearer.Params["realm"] != "first" {
		t.Errorf("found %v, %t; want the first Bearer challenge in any case", bearer, ok)
	}
	words := registry.ParseChallenges([]string{"Please use Bearer authentication here", `Bearer error="invalid_token"`, `Bearer realm="token"`})
	if bearer, ok := registry.FindChallenge(words, "Bearer"); !ok || bearer.Params["realm"] != "token" {
		t.Errorf("found %v, %t; want the one with a realm", bearer, ok)
	}
	if bearer, ok := registry.FindChallenge(words[:4], "Bearer"); !ok || bearer.Params != nil {
		t.Errorf("found %v, %t; want the first where none has a realm", bearer, ok)
	}
	if basic, ok := registry.FindChallenge(challenges, "Basic"); ok || basic.Params != nil {
		t.Errorf("found %v, though none is Basic", basic)
	}
}

func FuzzParseChallenges(f *testing.F) {
	for _, row := range challengeRows() {
		f.Add(strings.Join(row.lines, "\n"))
	}
	f.Fuzz(func(t *testing.T, header string) {
		size := 0
		for _, c := range registry.ParseChallenges(strings.Split(header, "\n")) {
			if c.Scheme == "" {
				t.Errorf("%q gives an empty scheme", header)
			}
			size += len(c.Scheme)
			for name, value := range c.Params {
				if name == "" || name != strings.ToLower(name) {
					t.Errorf("%q gives a parameter named %q", header, name)
				}
				size += len(name) + len(value)
			}
		}
		if size > len(header) {
			t.Errorf("%q of %d bytes gives challenges of %d", header, len(header), size)
		}
	})
}

func TestParseChallenges_ProseInOneLineHidesNothingInTheNext(t *testing.T) {
	t.Parallel()
	prose := strings.Repeat("word ", 30_000)
	challenges := registry.ParseChallenges([]string{prose, prose, `Bearer realm="https://auth.example.com/token"`})
	if n := len(challenges); n != 65 {
		t.Errorf("%d challenges were read, want 32 of each line of prose and one more", n)
	}
	if bearer, ok := registry.FindChallenge(challenges, "Bearer"); !ok || bearer.Params["realm"] != "https://auth.example.com/token" {
		t.Errorf("found %v, %t", bearer, ok)
	}
}
