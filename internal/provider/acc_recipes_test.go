package provider

import (
	"archive/zip"
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"io"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
	"github.com/stellaops/terraform-provider-stellaops/internal/tfcli"
)

// recipe says what a recipe is planned against.
type recipe struct {
	capture string // name of the profile
	host    string // that the fake's address replaces, in the recipe and in its page
	user    string // the good user; "" is the one of the capture
	wrong   string // name of the credential that must not pass; "" is a wrong password
	warns   bool   // whether it warns of a wrong login and does not stop
	tls     bool   // whether the recipe names the registry without a scheme
	also    string // another set-up that must not pass a wrong login either; its words are not compared
}

// recipes are those of examples/recipes.
func recipes() map[string]recipe {
	return map[string]recipe{
		"ecr":                {capture: "ECR", host: "123456789012.dkr.ecr.eu-central-1.amazonaws.com", tls: true},
		"ecr-ephemeral":      {capture: "ECR", host: "123456789012.dkr.ecr.eu-central-1.amazonaws.com", wrong: "expired"},
		"google-token":       {capture: "Google Artifact Registry", host: "europe-docker.pkg.dev", user: "oauth2accesstoken"},
		"google-key":         {capture: "Google Artifact Registry", host: "europe-docker.pkg.dev", user: "_json_key"},
		"acr-token":          {capture: "ACR, repository-scoped token", host: "example.azurecr.io", user: "ci-pull"},
		"acr-refresh-token":  {capture: "ACR", host: "example.azurecr.io", also: "ACR, anonymous pull"},
		"ghcr":               {capture: "GHCR, anonymous token", host: "ghcr.io", user: "octocat", also: "GHCR, no anonymous token"},
		"gitlab":             {capture: "GitLab, anonymous token with a scope", host: "registry.gitlab.com", user: "gitlab+deploy-token-1", also: "GitLab, no anonymous token"},
		"docker-hub":         {capture: "Docker Hub", host: "docker.io", user: "ci"},
		"quay":               {capture: "Quay.io", host: "quay.io", user: "org+ci"},
		"harbor":             {capture: "Harbor", host: "harbor.example.com", user: "robot$ci", also: "Harbor, database down"},
		"artifactory":        {capture: "Artifactory", host: "example.jfrog.io", user: "ci"},
		"nexus":              {capture: "Nexus", host: "nexus.example.com", user: "ci", also: "Nexus, anonymous pull"},
		"kubernetes-secret":  {capture: "GHCR, no anonymous token", host: "ghcr.io", user: "octocat"},
		"external-secrets":   {capture: "GHCR, no anonymous token", host: "ghcr.io", user: "octocat"},
		"helm":               {capture: "GHCR, no anonymous token", host: "ghcr.io", user: "octocat"},
		"vault":              {capture: "distribution, token", host: "registry.example.com", user: "stellaops-svc"},
		"github-actions":     {capture: "GHCR, no anonymous token", host: "ghcr.io", user: "octocat"},
		"gitlab-ci":          {capture: "GitLab, no anonymous token", host: "registry.gitlab.com", user: "gitlab-ci-token"},
		"gitlab-auth-config": {capture: "GitLab, no anonymous token", host: "registry.gitlab.com", user: "gitlab-ci-token"},
		"atlantis":           {capture: "distribution, htpasswd", host: "registry.example.com", user: "stellaops-svc"},
		"hcp-terraform":      {capture: "distribution, htpasswd", host: "registry.example.com", user: "stellaops-svc", warns: true},
	}
}

// otherProviders are those that tools/recipes serves a part of.
func otherProviders() []string {
	return []string{"aws", "azurerm", "google", "helm", "kubernetes", "vault"}
}

// isRecipe reports whether a document is a page of recipes.
func isRecipe(file string) bool { return strings.HasPrefix(filepath.Base(file), "recipes-") }

// TestAccRecipes_PassAGoodLoginAndStopAnother plans each recipe against the capture of
// its registry, and compares what is printed with its page.
func TestAccRecipes_PassAGoodLoginAndStopAnother(t *testing.T) {
	t.Parallel()
	all := recipes()
	folders := recipeFolders(t)
	if len(folders) != len(all) {
		t.Errorf("%d recipes are planned, and there are %d", len(all), len(folders))
	}
	profiles, err := registrytest.Profiles()
	if err != nil {
		t.Fatal(err)
	}
	programs := providerPrograms(t)
	cli := recipeCLI(t, programs)
	cli.Dir = filepath.Dir(folders[0])
	mustRun(t, cli, 0, "fmt", "-check", "-recursive")
	for _, folder := range folders {
		name := filepath.Base(folder)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, ok := all[name]
			if !ok {
				t.Fatal("nothing says what it is planned against")
			}
			planRecipe(t, r, profiles, folder, programs)
		})
	}
}

// recipeFolders are the folders of the recipes.
func recipeFolders(t *testing.T) []string {
	t.Helper()
	root, err := tfcli.Root()
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(root, "examples", "recipes", "*", "main.tf"))
	if err != nil || len(files) < 20 {
		t.Fatalf("%d recipes were found: %v", len(files), err)
	}
	for i, file := range files {
		files[i] = filepath.Dir(file)
	}
	return files
}

// providerPrograms is a folder with the provider and with the parts of others.
func providerPrograms(t *testing.T) string {
	t.Helper()
	provider := builtProvider(t)
	root, err := tfcli.Root()
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	program := filepath.Join(folder, "recipes")
	if err := tfcli.Build(t.Context(), root, program, "test", "./tools/recipes"); err != nil {
		t.Fatal(err)
	}
	programs := map[string]string{"stellaops": provider}
	for _, name := range otherProviders() {
		programs[name] = program
	}
	for name, path := range programs {
		if err := os.Symlink(path, filepath.Join(folder, "terraform-provider-"+name)); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// recipeCLI is a CLI that takes its providers from the folder, so that a plan needs no
// init.
func recipeCLI(t *testing.T, programs string) tfcli.CLI {
	t.Helper()
	dir := t.TempDir()
	sandbox, err := tfcli.NewEmptySandbox(dir)
	if err != nil {
		t.Fatal(err)
	}
	sources := []string{"stellaops/stellaops"}
	for _, name := range otherProviders() {
		sources = append(sources, "hashicorp/"+name)
	}
	if err := sandbox.Override(programs, sources...); err != nil {
		t.Fatal(err)
	}
	return tfcli.CLI{Path: cliPath(), Dir: filepath.Join(dir, "work"), Sandbox: sandbox}
}

// planRecipe plans a recipe with a good login, which is in no saved plan of a recipe
// with ephemeral values, then with a wrong one, and this one in the other set-up too.
func planRecipe(t *testing.T, r recipe, profiles []registrytest.Profile, folder, programs string) {
	t.Helper()
	content := read(t, filepath.Join(folder, "main.tf"))
	cli := recipeCLI(t, programs)
	if strings.Contains(content, "ephemeral") {
		needs(t, cli, tfcli.Version.HasEphemeral, "ephemeral values")
	}
	plan := func(registry *registrytest.Instance, address, credential string, code int) (printed, file string) {
		c := cli
		c.Dir = filepath.Join(t.TempDir(), "work")
		c.Env = append(slices.Clone(cli.Env), givenLogin(t, registry, address, registry.Credential(credential))...)
		copyRecipe(t, folder, c.Dir, strings.NewReplacer(`"`+r.host+`"`, `"`+address+`"`))
		return mustRun(t, c, code, "plan", "-no-color", "-input=false", "-out=plan.bin"), filepath.Join(c.Dir, "plan.bin")
	}
	wrong := cmp.Or(r.wrong, "wrong password")
	exit := 1
	if r.warns {
		exit = 0
	}
	profile := r.profile(t, profiles, r.capture)
	registry := profile.Start(t)
	address := registry.Address
	if r.tls && runtime.GOOS != "linux" {
		return // only there does a variable name the authorities
	}
	if r.tls {
		var authority string
		address, authority = overTLS(t, address)
		cli.Env = append(cli.Env, "SSL_CERT_FILE="+authority)
	}
	printed, file := plan(registry, address, "good", 0)
	if strings.Count(printed, "Warning:") != 1 {
		t.Errorf("it warns of more than of the overrides:\n%s", printed)
	}
	kept := planHolds(t, file, registry.Credential("good").Password)
	switch {
	case kept && strings.Contains(content, "ephemeral"):
		t.Error("the saved plan holds the password")
	case !kept && strings.Contains(content, "sensitive = true"):
		t.Error("the saved plan does not hold the variable: the search finds nothing")
	}
	printed, _ = plan(registry, address, wrong, exit)
	hosts := []string{`"` + r.host + `"`, `"` + address + `"`, r.host, strings.TrimPrefix(address, "http://")}
	for part := range strings.SplitSeq(strings.NewReplacer(hosts...).Replace(printedBy(t, content)), "\n\n") {
		if want := plainWords(part); want == "" || !strings.Contains(plainWords(printed), want) {
			t.Errorf("%q is not in\n%s", want, printed)
		}
	}
	if r.also != "" {
		also := r.profile(t, profiles, r.also).Start(t)
		plan(also, also.Address, wrong, exit)
	}
}

// profile is the profile of that name, with the user that the recipe names.
func (r recipe) profile(t *testing.T, profiles []registrytest.Profile, name string) registrytest.Profile {
	t.Helper()
	at := slices.IndexFunc(profiles, func(p registrytest.Profile) bool { return p.Name == name })
	if at < 0 {
		t.Fatalf("there is no capture %q", name)
	}
	profile := profiles[at]
	profile.Good.Username = cmp.Or(r.user, profile.Good.Username)
	if profile.Secret == "" {
		profile.Good.Password = "right-password"
	}
	return profile
}

// planHolds reports whether one of the files in a saved plan holds the secret as it is.
func planHolds(t *testing.T, file, secret string) bool {
	t.Helper()
	archive, err := zip.OpenReader(file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = archive.Close() }() // it was only read
	for _, part := range archive.File {
		reader, err := part.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(reader)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(content, []byte(secret)) {
			return true
		}
	}
	return false
}

// pointInTime is a time as messages show it.
var pointInTime = regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d UTC`)

// plainWords leaves out how a text is broken into lines, the frame of a diagnostic, and
// which time it names.
func plainWords(text string) string {
	text = strings.Join(strings.Fields(strings.NewReplacer("│", " ", "╷", " ", "╵", " ").Replace(text)), " ")
	return pointInTime.ReplaceAllString(text, "a time")
}

// copyRecipe copies the files of a recipe with other hosts in them.
func copyRecipe(t *testing.T, from, to string, hosts *strings.Replacer) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(from, "*"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(to, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if err := os.WriteFile(filepath.Join(to, filepath.Base(file)), []byte(hosts.Replace(read(t, file))), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// givenLogin is the environment in which every recipe finds the credential: as variables, in
// the answers of other providers, and in DOCKER_AUTH_CONFIG.
func givenLogin(t *testing.T, registry *registrytest.Instance, address string, c registrytest.NamedCredential) []string {
	t.Helper()
	auth := map[string]string{"auth": base64.StdEncoding.EncodeToString([]byte(c.Username + ":" + c.Password))}
	identity := registry.IdentityToken
	if c.Name != "good" {
		identity = "another-token"
	}
	repository := strings.TrimPrefix(address, "http://") + "/org/app"
	token := map[string]any{"user_name": c.Username, "password": c.Password, "proxy_endpoint": address}
	answers := filepath.Join(t.TempDir(), "answers.json")
	if err := os.WriteFile(answers, asJSON(t, map[string]any{
		"aws_ecr_authorization_token": token,
		"aws_ecr_repository":          map[string]any{"repository_url": repository},
		"google_client_config":        map[string]any{"access_token": c.Password},
		"azurerm_container_registry":  map[string]any{"login_server": address},
		"vault_kv_secret_v2": map[string]any{"data": map[string]string{
			"username": c.Username, "password": c.Password, "dockerconfigjson": string(asJSON(t, map[string]any{"auths": map[string]any{address: auth}})),
		}},
	}), 0o600); err != nil {
		t.Fatal(err)
	}
	return []string{
		"STELLAOPS_TEST_ANSWERS=" + answers,
		"DOCKER_AUTH_CONFIG=" + string(asJSON(t, map[string]any{"auths": map[string]any{strings.TrimPrefix(address, "http://"): auth}})),
		"TF_VAR_registry_username=" + c.Username, "TF_VAR_registry_password=" + c.Password, "TF_VAR_acr_refresh_token=" + identity,
	}
}

func asJSON(t *testing.T, value any) []byte {
	t.Helper()
	content, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// overTLS puts TLS before a registry, and returns the address without a scheme and the
// file of the authority. Go reads this file in the place of the system's authorities on
// Linux.
func overTLS(t *testing.T, address string) (host, authority string) {
	t.Helper()
	behind, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewTLSServer(httputil.NewSingleHostReverseProxy(behind))
	t.Cleanup(server.Close)
	authority = filepath.Join(t.TempDir(), "authority.pem")
	if err := os.WriteFile(authority, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	return strings.TrimPrefix(server.URL, "https://"), authority
}

// printedBy is the text block that follows a recipe in its page: what a plan prints,
// one paragraph for each part of it.
func printedBy(t *testing.T, content string) string {
	t.Helper()
	pages := recipeBlocks(t)
	at := slices.IndexFunc(pages, func(b block) bool { return b.text == content })
	if at < 0 {
		t.Fatal("no page shows it")
	}
	for _, b := range pages[at+1:] {
		if b.file == pages[at].file && b.language == "text" {
			return b.text
		}
	}
	t.Fatal("its page does not show what a wrong login prints")
	return ""
}
