package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/stellaops/terraform-provider-stellaops/internal/tfcli"
)

// cost is the cost of one plan.
type cost struct {
	wall, cpu             time.Duration // cpu is that of the CLI and its provider
	peak                  int64         // memory of the provider in bytes; 0 where unknown
	requests, connections int64
}

// measure runs a plan and returns its cost. The provider's binary is below dir.
func measure(ctx context.Context, cli tfcli.CLI, dir string) (cost, error) {
	command := cli.Command(ctx, "plan", "-no-color", "-input=false", "-lock=false", "-out=/dev/null")
	var printed bytes.Buffer
	command.Stdout, command.Stderr = &printed, &printed
	began := time.Now()
	if err := command.Start(); err != nil {
		return cost{}, fmt.Errorf("start a plan: %w", err)
	}
	over, peak := make(chan struct{}), make(chan int64)
	go func() { peak <- watch(filepath.Join(dir, "mirror"), over) }()
	err := command.Wait()
	wall := time.Since(began)
	close(over)
	c := cost{wall: wall, peak: <-peak}
	if err != nil {
		return cost{}, fmt.Errorf("plan: %w\n%s", err, printed.String())
	}
	c.cpu = command.ProcessState.UserTime() + command.ProcessState.SystemTime() // including its children
	return c, nil
}

// watch returns the peak memory of the processes whose binary is below dir: VmHWM on
// Linux (proc_pid_status(5)), read until the plan ends.
func watch(dir string, over <-chan struct{}) int64 {
	again := time.NewTicker(5 * time.Millisecond)
	defer again.Stop()
	process, peak := "", int64(0)
	for {
		now := highWater(process)
		if now == 0 { // this process has ended; a CLI starts its provider several times
			process = find(dir)
			now = highWater(process)
		}
		peak = max(peak, now)
		select {
		case <-over:
			return peak
		case <-again.C:
		}
	}
}

// find returns the folder in /proc of such a process.
func find(dir string) string {
	links, err := filepath.Glob("/proc/[0-9]*/exe")
	if err != nil {
		return ""
	}
	for _, link := range links {
		if target, err := os.Readlink(link); err == nil && strings.HasPrefix(target, dir) {
			return filepath.Dir(link)
		}
	}
	return ""
}

func highWater(process string) int64 {
	status, err := os.ReadFile(filepath.Join(process, "status"))
	if process == "" || err != nil {
		return 0
	}
	for line := range strings.SplitSeq(string(status), "\n") {
		if fields := strings.Fields(line); len(fields) == 3 && fields[0] == "VmHWM:" {
			kilobytes, err := strconv.ParseInt(fields[1], 10, 64)
			if err == nil {
				return kilobytes << 10
			}
		}
	}
	return 0
}
