package registrytest

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/bcrypt"
)

// Distribution is a running CNCF distribution registry, a process of its own.
type Distribution struct {
	Host string // host:port on loopback

	dir     string
	command *exec.Cmd
	log     lines
	drained chan struct{} // closed when the process has closed its output
}

// startTime is how long a registry may take to listen.
const startTime = 30 * time.Second

const distributionConfig = `version: 0.1
log:
  level: info
storage:
  inmemory: {}
http:
  addr: 127.0.0.1:0
`

const htpasswdConfig = `auth:
  htpasswd:
    realm: stellaops
    path: %s
`

const tokenConfig = `auth:
  token:
    realm: %s
    service: %s
    issuer: %s
    jwks: %s
`

// accessLine matches a line of the access log, in the combined format of Apache.
var accessLine = regexp.MustCompile(`^\S+ \S+ \S+ \[[^]]+\] "[A-Z]+ \S+ HTTP/`)

var listening = regexp.MustCompile(`listening on (127\.0\.0\.1:\d+)`)

// StartDistribution runs the registry binary with its files in dir. With
// accounts (user name to password) it asks for them by htpasswd, without it is
// open. Stop ends it.
func StartDistribution(ctx context.Context, binary, dir string, accounts map[string]string) (*Distribution, error) {
	d := &Distribution{dir: dir, drained: make(chan struct{})}
	if accounts == nil {
		return d.run(ctx, binary, "")
	}
	if err := d.SetAccounts(accounts); err != nil {
		return nil, err
	}
	return d.run(ctx, binary, fmt.Sprintf(htpasswdConfig, d.htpasswd()))
}

// StartTokenDistribution runs the registry binary with its files in dir. It
// takes the tokens of that service. Stop ends it.
func StartTokenDistribution(ctx context.Context, binary, dir string, tokens *TokenService) (*Distribution, error) {
	d := &Distribution{dir: dir, drained: make(chan struct{})}
	keys := filepath.Join(dir, "jwks.json")
	if err := os.WriteFile(keys, []byte(tokens.fake.key.keySet()), 0o600); err != nil {
		return nil, fmt.Errorf("write the token service's keys: %w", err)
	}
	return d.run(ctx, binary, fmt.Sprintf(tokenConfig, tokens.realm(), tokenAudience, tokenIssuer, keys))
}

// run starts the process with that way of asking for credentials.
func (d *Distribution) run(ctx context.Context, binary, auth string) (*Distribution, error) {
	configPath := filepath.Join(d.dir, "registry.yml")
	if err := os.WriteFile(configPath, []byte(distributionConfig+auth), 0o600); err != nil {
		return nil, fmt.Errorf("write the registry's configuration: %w", err)
	}
	d.command = exec.CommandContext(ctx, binary, "serve", configPath)
	d.command.Env = append(plainEnv(), "OTEL_TRACES_EXPORTER=none")
	output, input, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("open a pipe for the registry's log: %w", err)
	}
	d.command.Stdout, d.command.Stderr = input, input
	err = d.command.Start()
	_ = input.Close() // the process has its own copy
	if err != nil {
		_ = output.Close() // there is no process that writes
		return nil, fmt.Errorf("start the registry %s: %w", binary, err)
	}
	go d.readLog(output)
	line, err := d.log.wait(ctx, startTime, listening.MatchString)
	if err != nil {
		d.Stop()
		return nil, fmt.Errorf("wait for the registry to listen: %w; its log:\n%s", err, d.Log())
	}
	d.Host = listening.FindStringSubmatch(line)[1]
	return d, nil
}

// plainClient has connections of its own: httptest closes those of the default
// client when any server of a test ends.
func plainClient() *http.Client {
	return &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
}

// plainEnv is the environment without what would override the registry's
// configuration.
func plainEnv() []string {
	return slices.DeleteFunc(os.Environ(), func(entry string) bool {
		return strings.HasPrefix(entry, "REGISTRY_") || strings.HasPrefix(entry, "OTEL_")
	})
}

func (d *Distribution) readLog(output io.ReadCloser) {
	defer close(d.drained)
	defer func() { _ = output.Close() }() // read to its end
	scanner := bufio.NewScanner(output)
	for scanner.Scan() {
		d.log.add(scanner.Text())
	}
}

func (d *Distribution) htpasswd() string { return filepath.Join(d.dir, "htpasswd") }

// SetAccounts replaces all accounts. The registry reads the file again when its
// time of change differs, so it is moved into place with a time of its own.
func (d *Distribution) SetAccounts(accounts map[string]string) error {
	var content strings.Builder
	for name, password := range accounts {
		hash, err := bcrypt.GenerateFromPassword([]byte(password), bcrypt.MinCost)
		if err != nil {
			return fmt.Errorf("hash the password of %s: %w", name, err)
		}
		fmt.Fprintf(&content, "%s:%s\n", name, hash)
	}
	changed := time.Now()
	if old, err := os.Stat(d.htpasswd()); err == nil {
		changed = old.ModTime().Add(time.Second)
	}
	fresh := d.htpasswd() + ".new"
	if err := os.WriteFile(fresh, []byte(content.String()), 0o600); err != nil {
		return fmt.Errorf("write the registry's accounts: %w", err)
	}
	if err := os.Chtimes(fresh, changed, changed); err != nil {
		return fmt.Errorf("date the registry's accounts: %w", err)
	}
	if err := os.Rename(fresh, d.htpasswd()); err != nil {
		return fmt.Errorf("replace the registry's accounts: %w", err)
	}
	return nil
}

// Asked returns the lines of the access log for GET /v2/ so far.
func (d *Distribution) Asked(ctx context.Context) ([]string, error) {
	requests, err := d.Requests(ctx)
	return slices.DeleteFunc(requests, func(line string) bool { return !strings.Contains(line, `"GET /v2/ HTTP`) }), err
}

// Requests returns the lines of the access log so far. It asks a path of its own and
// waits for its line, so that no earlier request is still on its way into the log; such
// lines are left out.
func (d *Distribution) Requests(ctx context.Context) ([]string, error) {
	marker := fmt.Sprintf("/v2/marker/%d", d.log.count())
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+d.Host+marker, nil)
	if err != nil {
		return nil, fmt.Errorf("mark the registry's log: %w", err)
	}
	response, err := plainClient().Do(request)
	if err != nil {
		return nil, fmt.Errorf("mark the registry's log: %w", err)
	}
	_ = response.Body.Close() // only the log line counts
	isMarker := func(line string) bool { return strings.Contains(line, "GET "+marker+" ") }
	if _, err := d.log.wait(ctx, startTime, isMarker); err != nil {
		return nil, fmt.Errorf("find the mark in the registry's log: %w", err)
	}
	return d.log.matching(func(line string) bool { return accessLine.MatchString(line) && !strings.Contains(line, "/v2/marker/") }), nil
}

// Repositories are the names in the registry's catalog, as that user sees it.
func (d *Distribution) Repositories(ctx context.Context, user, password string) ([]string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+d.Host+"/v2/_catalog", nil)
	if err != nil {
		return nil, fmt.Errorf("ask for the catalog: %w", err)
	}
	request.SetBasicAuth(user, password)
	response, err := plainClient().Do(request)
	if err != nil {
		return nil, fmt.Errorf("ask for the catalog: %w", err)
	}
	defer func() { _ = response.Body.Close() }() // read as far as it is needed
	var catalog struct {
		Repositories []string `json:"repositories"`
	}
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("ask for the catalog: %s", response.Status)
	}
	if err := json.NewDecoder(response.Body).Decode(&catalog); err != nil {
		return nil, fmt.Errorf("read the catalog: %w", err)
	}
	return catalog.Repositories, nil
}

// Log is all that the registry printed.
func (d *Distribution) Log() string {
	return strings.Join(d.log.matching(func(string) bool { return true }), "\n")
}

// Stop ends the process and waits for it.
func (d *Distribution) Stop() {
	_ = d.command.Process.Kill() // it may have ended by itself
	_ = d.command.Wait()         // killed: its status means nothing
	<-d.drained
}

// lines is a log that grows while others wait for a line.
type lines struct {
	mu    sync.Mutex
	all   []string
	grown chan struct{} // closed at the next line; nil while no call waits
}

var errNoLine = errors.New("the line did not come in time")

func (l *lines) add(line string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = append(l.all, line)
	if l.grown != nil {
		close(l.grown)
		l.grown = nil
	}
}

func (l *lines) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.all)
}

func (l *lines) matching(match func(string) bool) []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var found []string
	for _, line := range l.all {
		if match(line) {
			found = append(found, line)
		}
	}
	return found
}

// wait returns the first line that matches, now or within the limit.
func (l *lines) wait(ctx context.Context, limit time.Duration, match func(string) bool) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	for next := 0; ; {
		l.mu.Lock()
		for ; next < len(l.all); next++ {
			if match(l.all[next]) {
				defer l.mu.Unlock()
				return l.all[next], nil
			}
		}
		if l.grown == nil {
			l.grown = make(chan struct{})
		}
		grown := l.grown
		l.mu.Unlock()
		select {
		case <-grown:
		case <-ctx.Done():
			return "", errNoLine
		}
	}
}
