package credentials

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"oras.land/oras-go/v2/registry/remote/credentials"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// dockerConfigName is the argument of the provider block that names the file.
const dockerConfigName = "docker_config_path"

// identityTokenUser is the user name with which a helper marks its secret as an
// identity token (docker-credential-helpers, "Development").
const identityTokenUser = "<token>"

// dockerConfig has the parts of a Docker configuration that locate a login.
type dockerConfig struct {
	Auths       map[string]json.RawMessage `json:"auths"`
	CredHelpers map[string]string          `json:"credHelpers"`
	CredsStore  string                     `json:"credsStore"`
}

// fromDockerConfig looks for the registry's login in Docker's order: in the helper
// for its host, else in the store for all hosts, else in the file itself.
func (p Places) fromDockerConfig(ctx context.Context, search Search) (Result, error) {
	none := Result{Source: SourceNone}
	if p.DockerConfigPath.Unknown {
		return none, unknown(dockerConfigName, search)
	}
	path := p.DockerConfigPath.Value
	if path == "" {
		return none, nil
	}
	content, problem := readFile(dockerConfigName, path)
	if problem != nil {
		return none, problem
	}
	var config dockerConfig
	if len(strings.TrimSpace(string(content))) > 0 && json.Unmarshal(content, &config) != nil {
		return none, &Error{Setting: dockerConfigName, Text: fmt.Sprintf("%q is no Docker configuration: it is no JSON object, or auths, credHelpers or credsStore in it have another type.", path)}
	}
	for _, name := range search.loginNames() {
		switch helper, ok := config.CredHelpers[name]; {
		case ok && helper != "":
			return p.Helpers.fromHelper(ctx, helper, []string{name})
		case ok: // an empty helper name means the file itself, not credsStore
			return config.fromFile(ctx, path, search)
		}
	}
	if config.CredsStore != "" {
		result, err := p.Helpers.fromHelper(ctx, config.CredsStore, search.loginNames())
		if err == nil && result.Source == SourceNone {
			return config.noLogin(search), nil
		}
		return result, err
	}
	return config.fromFile(ctx, path, search)
}

// fromFile returns the login that the file itself holds.
func (c dockerConfig) fromFile(ctx context.Context, path string, search Search) (Result, error) {
	key, ok := c.authsKey(search)
	if !ok {
		return c.noLogin(search), nil
	}
	store, err := credentials.NewFileStore(path)
	if err == nil {
		login, err := store.Get(ctx, key)
		if err == nil {
			credential := registry.Credential{
				Username: login.Username, Password: registry.NewSecret(strings.Trim(login.Password, "\x00")), // older versions of Docker padded passwords with NULs, and it still trims them
				Token: registry.NewSecret(login.AccessToken), IdentityToken: registry.NewSecret(login.RefreshToken),
			}
			if credential.Username == identityTokenUser && credential.IdentityToken.Empty() {
				credential = registry.Credential{IdentityToken: credential.Password}
			}
			if credential == (registry.Credential{}) {
				return newResult(SourceDockerConfig, credential, "In the Docker configuration, this registry's entry holds nothing; log in again with docker login"), nil
			}
			return newResult(SourceDockerConfig, credential), nil
		}
	}
	// The library's error is not shown, since it may repeat a part of the secret.
	return Result{}, &Error{Setting: dockerConfigName, Text: fmt.Sprintf("In %q, the entry of %s cannot be read: its auth is no base64 of user:password, or a part of it is no text. Log in again with docker login.", path, search.Endpoint.Host())}
}

// noLogin returns the result without a login. A note says if there is a login for
// https while the check uses plain http. The file has an entry for each host even
// where a helper stores its login.
func (c dockerConfig) noLogin(search Search) Result {
	none := Result{Source: SourceNone}
	if host := search.Endpoint.Host(); !slices.Contains(search.loginNames(), host) && c.Auths[host] != nil {
		none.Notes = []string{fmt.Sprintf("In the Docker configuration, the login of %s is for https, and plain http does not get it; docker login %s:80 stores one that it gets", host, host)}
	}
	return none
}

// authsKey returns the key in auths of the registry's entry: one of its login
// names, else a URL with such a host, which older versions of Docker wrote.
func (c dockerConfig) authsKey(search Search) (string, bool) {
	names := search.loginNames()
	for _, name := range names {
		if _, ok := c.Auths[name]; ok {
			return name, true
		}
	}
	for _, key := range slices.Sorted(maps.Keys(c.Auths)) {
		scheme, _, isURL := strings.Cut(key, "://")
		switch host := authority(key); {
		case isURL && scheme != search.Endpoint.Scheme(), !slices.Contains(names, host) && (!isURL || host != search.Endpoint.Host()):
		case strings.HasSuffix(key, "/access-token"), strings.HasSuffix(key, "/refresh-token"): // OAuth2 tokens of docker login for Docker Hub's own API, not for its registry
		default:
			return key, true
		}
	}
	return "", false
}
