package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/stellaops/terraform-provider-stellaops/internal/tfcli"
)

// result counts the tests of a suite, subtests included.
type result struct {
	passed, failed int
	skipped        []string // test: reason
	unlisted       []string // skipped for a reason that is not in suites.json
	counts         []string // the numbers that passed tests logged
	broken         bool     // a package did not build, or a test process died
}

func (r result) ran() int { return r.passed + r.failed }

// counted matches a number that a test logs for the summary.
var counted = regexp.MustCompile(`\d+ (combinations of|faults:|attacks:|payloads, compared) .*`)

// tabled matches such a number after a table, which is printed for one suite only.
var tabled = regexp.MustCompile(`\d+ (faults|attacks): .*`)

// logged matches the lines after the first in what a test logs.
var logged = regexp.MustCompile(`(?m)^ {8}.*\n`)

// event is a line of go test -json.
type event struct {
	Action  string
	Package string
	Test    string
	Output  string
}

// run runs the suite and prints the output of what failed.
func (s suite) run(ctx context.Context, root string) (result, error) {
	command := exec.CommandContext(ctx, "go", append([]string{"test", "-json", "-count=1", "-timeout=20m"}, s.args...)...)
	command.Dir, command.Env, command.Stderr = filepath.Join(root, s.dir), s.env, os.Stderr
	tfcli.StopGently(command) // a killed go test would leave its tests running
	output, err := command.StdoutPipe()
	if err != nil {
		return result{}, fmt.Errorf("run suite %s: %w", s.Name, err)
	}
	if err := command.Start(); err != nil {
		return result{}, fmt.Errorf("run suite %s: %w", s.Name, err)
	}
	r := result{}
	said := map[string]string{} // output so far, by package and test
	lines := bufio.NewScanner(output)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var e event
		if json.Unmarshal(lines.Bytes(), &e) != nil {
			fmt.Println(lines.Text()) // a build error
			continue
		}
		s.count(&r, e, said)
	}
	err = errors.Join(lines.Err(), command.Wait())
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return result{}, fmt.Errorf("run suite %s: %w", s.Name, err)
	}
	r.broken = err != nil && r.failed == 0
	return r, nil
}

func (s suite) count(r *result, e event, said map[string]string) {
	key := e.Package + " " + e.Test
	switch e.Action {
	case "output", "build-output":
		said[key] += e.Output
		return
	case "pass":
		if e.Test != "" {
			r.passed++
			r.counts = append(r.counts, counted.FindAllString(said[key], -1)...)
			if s.Name == "unit" && tabled.MatchString(said[key]) {
				fmt.Printf("%s\n", strings.Join(logged.FindAllString(said[key], -1), ""))
			}
		}
	case "fail", "build-fail":
		fmt.Printf("--- %s: %s failed\n%s", s.Name, key, said[key])
		if e.Test != "" {
			r.failed++
		}
	case "skip":
		if e.Test == "" { // a package without tests
			break
		}
		line := e.Test + ": " + strings.Join(strings.Fields(said[key]), " ")
		r.skipped = append(r.skipped, line)
		if !slices.ContainsFunc(s.Skips, func(reason string) bool { return strings.Contains(line, reason) }) {
			r.unlisted = append(r.unlisted, line)
		}
	default:
		return
	}
	delete(said, key)
}

// summarise prints the table and returns what is wrong with it.
func summarise(suites []suite, results []result) error {
	var problems []string
	passed, failed, skipped := 0, 0, 0
	// A tabwriter returns write errors from Flush.
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(table, "\nsuite\tran\tskipped\tfailed")
	for i, s := range suites {
		r := results[i]
		passed, failed, skipped = passed+r.passed, failed+r.failed, skipped+len(r.skipped)
		_, _ = fmt.Fprintf(table, "%s\t%d\t%d\t%d\n", s.Name, r.ran(), len(r.skipped), r.failed)
		if r.failed > 0 || r.broken {
			problems = append(problems, s.Name+" failed")
		}
		if r.ran() == 0 { // go test passes when a pattern matches no test
			problems = append(problems, s.Name+" ran no test")
		}
		for _, line := range r.unlisted {
			problems = append(problems, s.Name+" skipped for a reason that is not listed: "+line)
		}
	}
	if err := table.Flush(); err != nil {
		return fmt.Errorf("print the table: %w", err)
	}
	for i, s := range suites {
		for _, count := range results[i].counts {
			fmt.Printf("\n%s: %s", s.Name, count)
		}
	}
	fmt.Printf("\n\n%d passed, %d failed, %d skipped\n", passed, failed, skipped)
	if len(problems) > 0 {
		return errors.New(strings.Join(problems, "\n  "))
	}
	return nil
}
