// Package credentialstest provides Docker credential helpers for tests: programs that
// docker, and this provider, run to get a login.
package credentialstest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
)

const (
	prefix = "docker-credential-"

	// folderVariable names the folder of the helpers, for the helpers themselves.
	folderVariable = "STELLAOPS_TEST_HELPERS"

	// hang is the argument of a program that does nothing until it is killed.
	hang = "hang"
)

// Login is the login that a helper returns for one server.
type Login struct{ Username, Secret string }

// Helper says how a credential helper responds to the command get.
type Helper struct {
	Logins map[string]Login // by server, as docker names it
	Stdout string           // standard output instead of a login
	Stderr string           // standard error
	Exit   int              // exit code
	Hangs  bool             // whether it runs until it is killed
	Calls  string           // host:port to connect to, until the other side ends the connection
	// LeavesChild reports whether it starts a program that holds its output open.
	LeavesChild bool
}

// Main runs the tests of a package that installs helpers, with the folder of the
// helpers at the front of PATH, and returns the exit code. The test binary is the
// program of every helper, as which Main runs if it is called by that name.
func Main(m *testing.M) int {
	name := strings.TrimSuffix(filepath.Base(os.Args[0]), ".exe")
	if suffix, ok := strings.CutPrefix(name, prefix); ok {
		return runHelper(suffix)
	}
	dir, err := os.MkdirTemp("", "helpers")
	if err == nil {
		err = os.Setenv(folderVariable, dir)
	}
	if err == nil && os.Getenv("GORACE") == "" { // or each helper ends a second late under the race detector
		err = os.Setenv("GORACE", "atexit_sleep_ms=0")
	}
	if err == nil {
		err = os.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "make a folder for credential helpers:", err)
		return 1
	}
	code := m.Run()
	if err := os.RemoveAll(dir); err != nil {
		fmt.Fprintln(os.Stderr, "remove the credential helpers:", err)
	}
	return code
}

// Install installs the helper as a program until the end of the test and returns the
// name of it in a Docker configuration.
func (h Helper) Install(t testing.TB) string {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := os.Getenv(folderVariable)
	file, err := os.CreateTemp(dir, "helper*.json")
	if err != nil {
		t.Fatal(err)
	}
	suffix := strings.TrimSuffix(filepath.Base(file.Name()), ".json")
	if err := json.NewEncoder(file).Encode(h); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	name := prefix + suffix
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	if err := os.Symlink(program, filepath.Join(dir, name)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { endChild(t, suffix) })
	return suffix
}

// Asked returns the servers for which a helper was run, in order.
func Asked(t testing.TB, suffix string) []string {
	t.Helper()
	content, err := os.ReadFile(fileOf(suffix, "asked"))
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return strings.Fields(string(content))
}

// fileOf returns the path of a helper's file of that kind.
func fileOf(suffix, kind string) string {
	return filepath.Join(os.Getenv(folderVariable), suffix+"."+kind)
}

// runHelper runs the process as a helper and returns the exit code.
func runHelper(suffix string) int {
	if len(os.Args) > 1 && os.Args[1] == hang {
		waitForEver()
	}
	content, err := os.ReadFile(fileOf(suffix, "json"))
	if err != nil {
		return reportFault(err)
	}
	var h Helper
	if err := json.Unmarshal(content, &h); err != nil {
		return reportFault(err)
	}
	server, err := io.ReadAll(os.Stdin)
	if err != nil {
		return reportFault(err)
	}
	if err := recordServer(suffix, string(server)); err != nil {
		return reportFault(err)
	}
	if h.LeavesChild {
		if err := startChild(suffix); err != nil {
			return reportFault(err)
		}
	}
	fmt.Fprint(os.Stderr, h.Stderr)
	if h.Calls != "" {
		if err := call(h.Calls); err != nil {
			return reportFault(err)
		}
	}
	if h.Hangs {
		waitForEver()
	}
	login, ok := h.Logins[string(server)]
	switch {
	case h.Stdout != "" || h.Exit != 0:
		fmt.Print(h.Stdout)
		return h.Exit
	case !ok:
		fmt.Println("credentials not found in native keychain")
		return 1
	}
	answer, err := json.Marshal(map[string]string{"ServerURL": string(server), "Username": login.Username, "Secret": login.Secret})
	if err != nil {
		return reportFault(err)
	}
	fmt.Println(string(bytes.TrimSpace(answer)))
	return 0
}

// reportFault reports an error of the test itself, and returns the exit code.
func reportFault(err error) int {
	fmt.Fprintln(os.Stderr, "credential helper of a test:", err)
	return 3
}

func recordServer(suffix, server string) error {
	file, err := os.OpenFile(fileOf(suffix, "asked"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintln(file, server); err != nil {
		return err
	}
	return file.Close()
}

// call waits at the address until the other side hangs up.
func call(address string) error {
	conn, err := net.Dial("tcp", address) //nolint:noctx // a helper that is stopped ends with its process
	if err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, conn); err != nil {
		return err
	}
	return conn.Close()
}

// waitForEver blocks until the process is interrupted or killed.
func waitForEver() {
	interrupted := make(chan os.Signal, 1)
	signal.Notify(interrupted, os.Interrupt)
	<-interrupted
	os.Exit(0)
}

func startChild(suffix string) error {
	child := exec.Command(os.Args[0], hang) //nolint:noctx // it outlives the helper
	child.Stdout = os.Stdout
	if err := child.Start(); err != nil {
		return err
	}
	return os.WriteFile(fileOf(suffix, "child"), []byte(strconv.Itoa(child.Process.Pid)), 0o600)
}

// endChild kills the program that a helper left running.
func endChild(t testing.TB, suffix string) {
	content, err := os.ReadFile(fileOf(suffix, "child"))
	if os.IsNotExist(err) {
		return
	}
	pid, parseErr := strconv.Atoi(string(content))
	if err != nil || parseErr != nil {
		t.Error(err, parseErr)
		return
	}
	process, err := os.FindProcess(pid)
	if err == nil {
		err = process.Kill()
	}
	if err != nil {
		t.Errorf("end what a credential helper left behind: %v", err)
	}
}
