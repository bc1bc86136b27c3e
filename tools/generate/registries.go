package main

import (
	"encoding/csv"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
)

// registries returns what the guide says of each registry: who it is for and what to
// know, from the captures, and what checks say, from the golden table of a test.
func registries(golden string) (string, error) {
	profiles, err := registrytest.Profiles()
	if err != nil {
		return "", err
	}
	file, err := os.Open(golden)
	if err != nil {
		return "", fmt.Errorf("read what registries answer: %w", err)
	}
	defer func() { _ = file.Close() }()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		return "", fmt.Errorf("read what registries answer: %w", err)
	}
	shown := []string{"good", "wrong password", "anonymous"}
	answers := map[[2]string][]string{} // by registry and credential
	for _, row := range rows {
		answers[[2]string{row[0], row[1]}] = row
	}
	assumed, all := registrytest.CountFacts(profiles)
	var text strings.Builder
	fmt.Fprintf(&text, "The captures hold %d facts about %d registries and set-ups. %d facts are assumed: not measured.\n\n", all, len(profiles), assumed)
	text.WriteString("| registry | user name | a good login | a wrong password | no credentials | how the challenge is known | what else is assumed | to know |\n|---|---|---|---|---|---|---|---|\n")
	slices.SortFunc(profiles, func(a, b registrytest.Profile) int {
		return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
	})
	for _, p := range profiles {
		cells := []string{p.Name, p.Users}
		for _, credential := range shown {
			cells = append(cells, outcome(answers[[2]string{p.Name, credential}]))
		}
		cells = append(cells, known(p), assumedFor(rows, p.Name, shown), strings.Join(strings.Fields(p.AnyPassword+" "+p.Alike+" "+p.Note), " "))
		for i := range cells {
			cells[i] = strings.ReplaceAll(cells[i], "|", `\|`)
		}
		text.WriteString("| " + strings.Join(cells, " | ") + " |\n")
	}
	return text.String(), nil
}

// notMeasured says that no answer is known.
const notMeasured = "not measured"

// outcome words a row of the golden table, "(?)" being what rests on an assumption.
func outcome(row []string) string {
	if row == nil || row[8] == notMeasured {
		return notMeasured
	}
	text := row[2]
	switch {
	case row[3] == "true":
		text = "verified"
	case row[4] == "true":
		text = "rejected"
	}
	text += ", `" + row[5] + "`"
	if row[8] != "" {
		text += " (?)"
	}
	return text
}

// known says how the answer to GET /v2/ without credentials is known.
func known(p registrytest.Profile) string {
	for _, c := range p.Answers {
		if c.Request != "GET /v2/" || c.As != nil && !slices.Contains(c.As, "anonymous") {
			continue
		}
		text := map[registrytest.Grade]string{
			registrytest.Measured: "measured on ", registrytest.Verbatim: "captured from ", registrytest.Source: "read in the source of ",
			registrytest.Reported: "reported in ", registrytest.Assumed: "assumed (?): ",
		}[c.Seen.Grade] + c.Seen.Source
		if c.Seen.Date != "" {
			text += ", " + c.Seen.Date
		}
		return text
	}
	return notMeasured
}

// assumedFor lists the other credentials whose answers rest on an assumption.
func assumedFor(rows [][]string, registry string, shown []string) string {
	var names []string
	for _, row := range rows {
		if row[0] == registry && row[8] == "assumed" && !slices.Contains(shown, row[1]) {
			names = append(names, row[1])
		}
	}
	if len(names) == 0 {
		return ""
	}
	return strings.Join(names, ", ") + " (?)"
}
