package registrytest

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// captures are one file for each registry; captures/README.md says how to read them.
//
//go:embed captures/*.yaml
var captures embed.FS

// Profile is one kind of registry, or one of the ways in which it can be set up, as a
// file of captures describes it.
type Profile struct {
	Name string `yaml:"name"`
	// Like names the profile whose answers and settings count where this one has none.
	Like string `yaml:"like"`
	// Users says which user names there are, and Note what to know, both for the guide.
	Users string `yaml:"users"`
	Note  string `yaml:"note"`
	// AnyPassword says why any password passes here, and Alike why nothing tells a good
	// login from none although a wrong one is refused; both are "" where passwords are
	// checked.
	AnyPassword string `yaml:"any_password"`
	Alike       string `yaml:"alike"`

	// Registry is the origin of the registry in the captures, which its fake replaces
	// by its own address.
	Registry string `yaml:"registry"`
	// Challenges are those of the answer to GET /v2/ without credentials, as they have
	// to be understood: "scheme" and the parameters.
	Challenges []map[string]string `yaml:"challenges"`

	Good    NamedCredential `yaml:"good"`
	Expired NamedCredential `yaml:"expired"`
	Secret  string          `yaml:"secret"` // how good and expired passwords are made: "", "ecr" or "refresh"

	Tokens TokenKind `yaml:"tokens"`
	// Unchecked says that whoever passes at /v2/ may do what the good user may.
	Unchecked bool `yaml:"unchecked"`
	// Relative says that the Location of an upload has no scheme and host.
	Relative bool `yaml:"relative"`
	// Actions are the only ones that the token service can read; nil means any.
	Actions []string `yaml:"actions"`
	// LockAfter is the number of failed logins after which every login is locked, and
	// LockFor how long a failed one locks its user name; 0 means never.
	LockAfter int64         `yaml:"lock_after"`
	LockFor   time.Duration `yaml:"lock_for"`

	Answers []Capture `yaml:"answers"`
}

// TokenKind says what the tokens of a token service are.
type TokenKind struct {
	Prefix    string         `yaml:"prefix"`    // of opaque tokens
	User      map[string]any `yaml:"user"`      // claims of a JWT for a user, "{user}" being the name; nil means opaque
	Anonymous map[string]any `yaml:"anonymous"` // claims of an anonymous JWT
	Access    string         `yaml:"access"`    // how the JWT lists permissions: "granted", "all", "capitals" or not at all
	// Unlimited says that a token stands for its user, whatever scope was asked.
	Unlimited bool `yaml:"unlimited"`
}

// Capture is what a registry or its token service answers to one kind of request.
type Capture struct {
	Request string      `yaml:"request"` // method and path; "* /v2/{repository}" stands for everything below /v2/
	As      []string    `yaml:"as"`      // who asks; nil means whoever
	Scope   *bool       `yaml:"scope"`   // whether a token is asked for with a scope; nil means both
	Status  int         `yaml:"status"`
	Headers http.Header `yaml:"headers"`
	Body    string      `yaml:"body"`
	Token   string      `yaml:"token"` // "anonymous" where {token} is not that of who asks
	Seen    Evidence    `yaml:"seen"`

	Of string `yaml:"-"` // the profile whose file says it
}

// Evidence says how an answer is known.
type Evidence struct {
	Grade  Grade  `yaml:"grade"`
	Source string `yaml:"source"`
	Date   string `yaml:"date"` // "" where it was not noted
}

// Grade is how good the evidence for an answer is.
type Grade string

// The grades, best first.
const (
	Measured Grade = "M" // on a running server, for this project
	Verbatim Grade = "V" // captured from the live service, by others
	Source   Grade = "S" // read in the source of the server
	Reported Grade = "R" // in an issue tracker
	Assumed  Grade = "?" // not measured
)

// Profiles returns the profiles of all files, by file name.
func Profiles() ([]Profile, error) {
	names, err := fs.Glob(captures, "captures/*.yaml")
	if err != nil {
		return nil, fmt.Errorf("list the captures: %w", err)
	}
	var all []Profile
	texts := map[string][]byte{} // by profile
	for _, name := range names {
		content, err := captures.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read the captures: %w", err)
		}
		for text := range bytes.SplitSeq(content, []byte("\n---\n")) {
			profile, err := parseProfile(text, texts)
			if err != nil {
				return nil, fmt.Errorf("read %s: %w", name, err)
			}
			texts[profile.Name] = text
			all = append(all, profile)
		}
	}
	return all, nil
}

// parseProfile parses one document of a file. Its base stands above it in the file.
func parseProfile(text []byte, bases map[string][]byte) (Profile, error) {
	var alone, profile Profile
	if err := decode(text, &alone); err != nil {
		return Profile{}, err
	}
	if alone.Like != "" {
		base, ok := bases[alone.Like]
		if !ok {
			return Profile{}, errors.New("there is no profile " + alone.Like + " above " + alone.Name)
		}
		var err error
		if profile, err = parseProfile(base, bases); err != nil {
			return Profile{}, err
		}
	}
	inherited := profile.Answers
	profile.Answers = nil
	if err := decode(text, &profile); err != nil { // what the text does not name stays as the base has it
		return Profile{}, err
	}
	for i := range profile.Answers {
		profile.Answers[i].Of = profile.Name
	}
	profile.Answers = slices.Concat(profile.Answers, inherited)
	return profile, nil
}

func decode(text []byte, into *Profile) error {
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	return decoder.Decode(into)
}

// answer returns the first answer to that request from a client of these names,
// and whether there is one.
func (p Profile) answer(method, path string, names []string, scope bool) (Capture, bool) {
	for _, c := range p.Answers {
		m, where, _ := strings.Cut(c.Request, " ")
		if where == path && (m == method || m == "*") && (c.Scope == nil || *c.Scope == scope) &&
			(c.As == nil || slices.ContainsFunc(c.As, func(who string) bool { return slices.Contains(names, who) })) {
			return c, true
		}
	}
	return Capture{}, false
}

// bearer returns the parameters of the Bearer challenge, nil where there is none.
func (p Profile) bearer() map[string]string {
	for _, c := range p.Challenges {
		if strings.EqualFold(c["scheme"], schemeBearer) {
			return c
		}
	}
	return nil
}

// CountFacts returns how many answers of the files are assumed, and how many there are.
func CountFacts(profiles []Profile) (assumed, all int) {
	for _, p := range profiles {
		for _, c := range p.Answers {
			if c.Of != p.Name {
				continue // counted where it stands
			}
			all++
			if c.Seen.Grade == Assumed {
				assumed++
			}
		}
	}
	return assumed, all
}
