package credentials

import (
	"encoding/json"
	"errors"
	"io"
	"strings"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// dockerAuthVariable holds auths in the environment, which docker and GitLab's runner
// read before the file.
const dockerAuthVariable = "DOCKER_AUTH_CONFIG"

// noteVariable is the note about a value of the variable that docker does not use.
const noteVariable = dockerAuthVariable + " in the environment is not used, as docker does not use it either; make it one JSON object with auths alone, each entry of which has auth alone, base64 of user:password"

// authsOfEnvironment reads the variable as docker does, which falls back on the file
// where it cannot read all of it. A note says so; it is never an error, since the
// variable may be about other registries.
func authsOfEnvironment(environ []string) (auths dockerAuths, note string) {
	auths.place = dockerAuthVariable + " of the environment"
	for _, entry := range environ {
		if value, ok := strings.CutPrefix(entry, dockerAuthVariable+"="); ok && value != "" {
			var err error
			if auths.logins, err = parseDockerVariable(value); err != nil {
				note = noteVariable
			}
		}
	}
	return auths, note
}

// parseDockerVariable is as strict as docker (docker/cli, configfile.parseEnvConfig).
func parseDockerVariable(value string) (map[string]registry.Credential, error) {
	var config struct {
		Auths map[string]struct {
			Auth registry.Secret `json:"auth"`
		} `json:"auths"`
	}
	decoder := json.NewDecoder(strings.NewReader(value))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&config); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if decoder.More() {
		return nil, errors.New("more than one JSON value")
	}
	logins := map[string]registry.Credential{}
	for key, entry := range config.Auths {
		login, err := dockerEntry{Auth: entry.Auth}.credential()
		if err != nil || entry.Auth.Empty() {
			return nil, errBrokenAuth
		}
		logins[key] = login
	}
	return logins, nil
}
