package credentials

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
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

// fromDockerConfig looks for the registry's login in Docker's order: in the
// environment, in the helper for its host, else in the store for all hosts, else in
// the file itself. The file and its helpers are used only where docker_config_path is
// set.
func (p Places) fromDockerConfig(ctx context.Context, search Search) (Result, error) {
	variable, ignored := authsOfEnvironment(p.Environ)
	inVariable, err := variable.find(search)
	if err != nil || inVariable.Source != SourceNone {
		return inVariable, err
	}
	if p.DockerConfigPath.Unknown {
		return Result{}, unknown(dockerConfigName, search)
	}
	result := Result{Source: SourceNone}
	if path := p.DockerConfigPath.Value; path != "" {
		result, err = p.fromDockerFile(ctx, path, search)
	}
	switch {
	case err != nil:
		return Result{}, err
	case ignored != "":
		result.Notes = append([]string{ignored}, result.Notes...)
	case result.Source == SourceNone && len(variable.logins) > 0:
		result.Notes = append(inVariable.Notes, result.Notes...)
	}
	return result, nil
}

func (p Places) fromDockerFile(ctx context.Context, path string, search Search) (Result, error) {
	content, problem := readFile(dockerConfigName, path)
	if problem != nil {
		return Result{}, problem
	}
	var config dockerConfig
	// As Docker does, this reads the first JSON value and ignores what follows.
	if err := json.NewDecoder(bytes.NewReader(content)).Decode(&config); err != nil && !errors.Is(err, io.EOF) {
		return Result{}, &Error{Setting: dockerConfigName, Text: fmt.Sprintf("%q %s.", path, notDockerConfig(content, err))}
	}
	file := newDockerAuths(fmt.Sprintf("the Docker configuration %q", path), config.Auths)
	for name := range config.CredHelpers {
		if !slices.Contains(search.loginNames(), name) {
			file.others = append(file.others, name)
		}
	}
	if len(config.Auths)+len(config.CredHelpers) == 0 && config.CredsStore == "" {
		if foreign := foreignFormat(content); foreign != "" {
			return Result{Source: SourceNone, Notes: []string{upperFirst(file.place) + " " + foreign}}, nil
		}
	}
	result, err := p.fromHelperOrFile(ctx, config, file, search)
	result.Notes = append(result.Notes, file.notesBroken()...)
	return result, err
}

// notDockerConfig says why a text cannot be read, as the end of a sentence about it.
func notDockerConfig(content []byte, err error) string {
	if foreign := foreignFormat(content); foreign != "" {
		return foreign
	}
	if _, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return "is not a Docker configuration, which is a JSON object with the objects auths and credHelpers and the text credsStore: another type is at " + lineAndColumn(content, err)
	}
	return notJSON(content, err)
}

// fromHelperOrFile returns the login that the helper for the registry has, or the file
// where no helper is for it.
func (p Places) fromHelperOrFile(ctx context.Context, config dockerConfig, file dockerAuths, search Search) (Result, error) {
	helper, names := config.CredsStore, search.loginNames()
	for _, name := range names {
		if own, ok := config.CredHelpers[name]; ok {
			helper, names = own, []string{name}
			break
		}
	}
	if helper == "" { // also where credHelpers has an empty name, which switches credsStore off
		return file.find(search)
	}
	result, err := p.Helpers.fromHelper(ctx, helper, names)
	if err == nil && result.Source == SourceNone {
		result.Notes = []string{file.noteHelper(search, helperPrefix+helper)}
	}
	return result, err
}
