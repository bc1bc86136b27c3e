package provider

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/config"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
)

func factories() map[string]func() (tfprotov6.ProviderServer, error) {
	return map[string]func() (tfprotov6.ProviderServer, error){
		"stellaops": providerserver.NewProtocol6WithError(New("test")()),
	}
}

// distribution starts the real registry with one account, ci and right, and one image,
// stellaops/platform:2.1.0.
func distribution(t *testing.T) *registrytest.Distribution {
	t.Helper()
	binary := os.Getenv("STELLAOPS_TEST_REGISTRY")
	if binary == "" {
		t.Skip("STELLAOPS_TEST_REGISTRY names no registry binary")
	}
	registry, err := registrytest.StartDistribution(t.Context(), binary, t.TempDir(), map[string]string{"ci": "right"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(registry.Stop)
	if _, err := registry.Push(t.Context(), registrytest.BasicLogin("ci", "right"), "stellaops/platform", "2.1.0"); err != nil {
		t.Fatal(err)
	}
	return registry
}

const address = "data.stellaops_oci_credentials_check.test"

// checkConfig asks the registry that the variables name.
const checkConfig = `
variable "url" { type = string }
variable "username" {
  type    = string
  default = null
}
variable "password" {
  type      = string
  default   = null
  sensitive = true
}
variable "token" {
  type      = string
  default   = null
  sensitive = true
}
variable "identity_token" {
  type      = string
  default   = null
  sensitive = true
}
data "stellaops_oci_credentials_check" "test" {
  registry_url   = var.url
  username       = var.username
  password       = var.password
  token          = var.token
  identity_token = var.identity_token
  timeout        = "20s"
}
`

// gate is a consumer with the precondition that users are told to write.
const gate = `
resource "terraform_data" "release" {
  lifecycle {
    precondition {
      condition     = data.stellaops_oci_credentials_check.test.passed
      error_message = data.stellaops_oci_credentials_check.test.message
    }
  }
}
`

func attribute(name string, want knownvalue.Check) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(address, tfjsonpath.New(name), want)
}

func TestAccDataSource_OnARealRegistry(t *testing.T) {
	t.Parallel()
	registry := distribution(t)
	url := config.StringVariable("http://" + registry.Host)
	challenge := func(want knownvalue.Check) statecheck.StateCheck {
		return statecheck.ExpectKnownValue(address, tfjsonpath.New("evidence").AtMapKey("challenge"), want)
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(),
		Steps: []resource.TestStep{{
			Config:          checkConfig + gate,
			ConfigVariables: config.Variables{"url": url, "username": config.StringVariable("ci"), "password": config.StringVariable("right")},
			ConfigStateChecks: []statecheck.StateCheck{
				attribute("passed", knownvalue.Bool(true)),
				attribute("verified", knownvalue.Bool(true)),
				attribute("rejected", knownvalue.Bool(false)),
				attribute("status", knownvalue.StringExact("pass")),
				attribute("reason", knownvalue.StringExact("accepted")),
				attribute("auth_method", knownvalue.StringExact("basic")),
				attribute("credential_source", knownvalue.StringExact("arguments")),
				attribute("registry_host", knownvalue.StringExact(registry.Host)),
				attribute("http_status", knownvalue.Int64Exact(200)),
				attribute("likely_causes", knownvalue.ListSizeExact(0)),
				attribute("remediation", knownvalue.ListSizeExact(0)),
				attribute("access_results", knownvalue.ListSizeExact(0)),
				attribute("credential_expires_at", knownvalue.Null()),
				attribute("registry_url", knownvalue.StringExact("http://"+registry.Host)),
				attribute("username", knownvalue.StringExact("ci")),
				attribute("password", knownvalue.Null()),
				attribute("timeout", knownvalue.StringExact("20s")),
				attribute("token_exchange", knownvalue.Null()),
				attribute("evidence", knownvalue.ObjectPartial(map[string]knownvalue.Check{
					"endpoint": knownvalue.StringExact("http://" + registry.Host + "/v2/"),
					"exchange": knownvalue.Null(),
				})),
				challenge(knownvalue.ObjectPartial(map[string]knownvalue.Check{
					"scheme": knownvalue.StringExact("Basic"),
					"realm":  knownvalue.StringExact("stellaops"),
				})),
				attribute("check", knownvalue.ObjectExact(map[string]knownvalue.Check{
					"id":       knownvalue.StringExact("check.integration.oci.credentials"),
					"plugin":   knownvalue.StringExact("stellaops.doctor.integration"),
					"severity": knownvalue.StringExact("fail"),
					"tags": knownvalue.ListExact([]knownvalue.Check{
						knownvalue.StringExact("registry"), knownvalue.StringExact("oci"), knownvalue.StringExact("credentials"),
						knownvalue.StringExact("secrets"), knownvalue.StringExact("auth"),
					}),
					"related": knownvalue.ListExact([]knownvalue.Check{
						knownvalue.StringExact("check.integration.oci.registry"), knownvalue.StringExact("check.integration.oci.pull"),
						knownvalue.StringExact("check.integration.oci.push"),
					}),
					"verification_command": knownvalue.StringExact("stella doctor run --check check.integration.oci.credentials"),
				})),
			},
		}, {
			Config:          checkConfig + gate,
			ConfigVariables: config.Variables{"url": url, "username": config.StringVariable("ci"), "password": config.StringVariable("wrong")},
			ExpectError:     regexp.MustCompile(`refused\s+the\s+login`),
		}, {
			Config:          checkConfig,
			ConfigVariables: config.Variables{"url": url, "username": config.StringVariable("ci"), "password": config.StringVariable("wrong")},
			ConfigStateChecks: []statecheck.StateCheck{
				attribute("passed", knownvalue.Bool(false)),
				attribute("rejected", knownvalue.Bool(true)),
				attribute("status", knownvalue.StringExact("fail")),
				attribute("reason", knownvalue.StringExact("invalid_credentials")),
				attribute("http_status", knownvalue.Int64Exact(401)),
			},
		}, {
			Config:          checkConfig,
			ConfigVariables: config.Variables{"url": url, "token": config.StringVariable("some-token")},
			ConfigStateChecks: []statecheck.StateCheck{
				attribute("reason", knownvalue.StringExact("unsupported_challenge")),
				attribute("auth_method", knownvalue.StringExact("bearer")),
				attribute("token", knownvalue.Null()),
			},
		}, {
			Config:          checkConfig,
			ConfigVariables: config.Variables{"url": url},
			ConfigStateChecks: []statecheck.StateCheck{
				attribute("reason", knownvalue.StringExact("authentication_required")),
				attribute("auth_method", knownvalue.StringExact("anonymous")),
				attribute("credential_source", knownvalue.StringExact("none")),
			},
		}},
	})
}

func TestAccDataSource_UserNameWithoutPasswordSendsNothing(t *testing.T) {
	t.Parallel()
	registry := distribution(t)
	for name, password := range map[string]config.Variable{"null": nil, "empty": config.StringVariable("")} {
		variables := config.Variables{"url": config.StringVariable("http://" + registry.Host), "username": config.StringVariable("ci")}
		if password != nil {
			variables["password"] = password
		}
		resource.Test(t, resource.TestCase{
			ProtoV6ProviderFactories: factories(),
			Steps: []resource.TestStep{{
				Config:          checkConfig,
				ConfigVariables: variables,
				ConfigStateChecks: []statecheck.StateCheck{
					attribute("reason", knownvalue.StringExact("password_missing")),
					attribute("evidence", knownvalue.Null()),
					attribute("http_status", knownvalue.Null()),
				},
			}},
		})
		asked, err := registry.Asked(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if len(asked) != 0 {
			t.Errorf("%s password: the registry was asked: %q", name, asked)
		}
	}
}

func TestAccDataSource_PassesWithoutTokenExchangeAsInTheDoctor(t *testing.T) {
	t.Parallel()
	bearer := registrytest.Unauthorized(`Bearer realm="https://auth.example.com/token",service="registry.example.com"`)
	fake := registrytest.New(t, func(string) registrytest.Response { return bearer })
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(),
		Steps: []resource.TestStep{{
			Config: strings.Replace(checkConfig, "timeout ", "token_exchange = false\n  timeout ", 1) + gate,
			ConfigVariables: config.Variables{
				"url": config.StringVariable(fake.URL), "username": config.StringVariable("ci"), "password": config.StringVariable("any"),
			},
			ConfigStateChecks: []statecheck.StateCheck{
				attribute("passed", knownvalue.Bool(true)),
				attribute("verified", knownvalue.Bool(false)),
				attribute("reason", knownvalue.StringExact("exchange_skipped")),
			},
		}},
	})
}

func TestAccDataSource_ErrorInTheAddressDoesNotRepeatIt(t *testing.T) {
	t.Parallel()
	for _, url := range []string{
		"https://ci:%s@registry.example.com", "https://registry.example.com/?p=%s", "https://registry.example.com/#%s", "oci://registry.example.com/%s",
	} {
		var steps []resource.TestStep
		for _, want := range []string{`registry_url\s+cannot\s+be\s+used`, `with data\.stellaops_oci_credentials_check\.test`} {
			steps = append(steps, resource.TestStep{
				Config:          checkConfig,
				ConfigVariables: config.Variables{"url": config.StringVariable(fmt.Sprintf(url, "c4nary"))},
				ExpectError:     regexp.MustCompile(want),
			})
		}
		resource.Test(t, resource.TestCase{
			ProtoV6ProviderFactories: factories(),
			ErrorCheck: func(err error) error {
				if regexp.MustCompile("c4nary").MatchString(err.Error()) {
					t.Errorf("%s: the error repeats the value: %v", url, err)
				}
				return err
			},
			Steps: steps,
		})
	}
}
