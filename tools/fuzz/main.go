// Command fuzz runs fuzz targets, each for a while: go run ./tools/fuzz -time 20s
// registry:FuzzToken. The first finding ends it with 1; go test keeps it below
// testdata.
package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"regexp"
	"strings"
	"syscall"
	"time"
)

// tries is how often a target is run when Go reports the end of its time as a failure.
const tries = 3

func main() {
	long := flag.Duration("time", 20*time.Second, "how long each target is fuzzed")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	err := run(ctx, *long, flag.Args())
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "fuzz:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, long time.Duration, targets []string) error {
	for _, target := range targets {
		folder, name, ok := strings.Cut(target, ":")
		if !ok {
			return fmt.Errorf("%q is no target; write package:FuzzName", target)
		}
		if err := fuzz(ctx, long, folder, name); err != nil {
			return fmt.Errorf("%s: %w", target, err)
		}
	}
	return nil
}

// fuzz runs one target. The short time for minimising leaves the rest to new inputs.
func fuzz(ctx context.Context, long time.Duration, folder, name string) error {
	for try := 1; ; try++ {
		command := exec.CommandContext(ctx, "go", "test", "./internal/"+folder, "-run", "^$",
			"-fuzz", "^"+name+"$", "-fuzztime", long.String(), "-fuzzminimizetime", "1s")
		var output bytes.Buffer
		command.Stdout = io.MultiWriter(os.Stdout, &output)
		command.Stderr = os.Stderr
		command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
		err := command.Run()
		if err == nil || try == tries || !endedLate(output.String()) {
			return err
		}
		fmt.Printf("Go took the end of the time for a failure; %s runs again.\n", name)
	}
}

// late matches a failure without a finding: Go may report the end of the fuzzing time
// as an error (https://go.dev/issue/75804, fixed in Go 1.27).
var late = regexp.MustCompile(`(?m)^--- FAIL: \w+ \([0-9.]+s\)\n {4}context deadline exceeded\nFAIL$`)

// endedLate reports whether the output is that failure and no finding.
func endedLate(output string) bool { return late.MatchString(output) }
