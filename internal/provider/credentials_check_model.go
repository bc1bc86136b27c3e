package provider

import (
	"time"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/stellaops/terraform-provider-stellaops/internal/advice"
	"github.com/stellaops/terraform-provider-stellaops/internal/credentials"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
)

// checkModel holds arguments and attributes of a check.
type checkModel struct {
	RegistryURL      types.String   `tfsdk:"registry_url"`
	Username         types.String   `tfsdk:"username"`
	Password         secretValue    `tfsdk:"password"`
	Token            secretValue    `tfsdk:"token"`
	IdentityToken    secretValue    `tfsdk:"identity_token"`
	DockerConfigJSON secretValue    `tfsdk:"docker_config_json"`
	Access           []*accessModel `tfsdk:"access"`
	TokenExchange    types.Bool     `tfsdk:"token_exchange"`
	RequireVerified  types.Bool     `tfsdk:"require_verified"`
	connectionModel

	Passed              types.Bool          `tfsdk:"passed"`
	Verified            types.Bool          `tfsdk:"verified"`
	Rejected            types.Bool          `tfsdk:"rejected"`
	Status              types.String        `tfsdk:"status"`
	Reason              types.String        `tfsdk:"reason"`
	Message             types.String        `tfsdk:"message"`
	AuthMethod          types.String        `tfsdk:"auth_method"`
	CredentialSource    types.String        `tfsdk:"credential_source"`
	RegistryHost        types.String        `tfsdk:"registry_host"`
	HTTPStatus          types.Int64         `tfsdk:"http_status"`
	Evidence            *evidenceModel      `tfsdk:"evidence"`
	AccessResults       []accessResultModel `tfsdk:"access_results"`
	CredentialExpiresAt types.String        `tfsdk:"credential_expires_at"`
	LikelyCauses        []string            `tfsdk:"likely_causes"`
	Remediation         []remediationModel  `tfsdk:"remediation"`
	Check               *aboutModel         `tfsdk:"check"`
}

// accessModel is an element of access.
type accessModel struct {
	Repository types.String   `tfsdk:"repository"`
	Reference  types.String   `tfsdk:"reference"`
	Actions    []types.String `tfsdk:"actions"`
	Probe      types.Bool     `tfsdk:"probe"`
}

type evidenceModel struct {
	Endpoint  types.String    `tfsdk:"endpoint"`
	Challenge *challengeModel `tfsdk:"challenge"`
	Exchange  *exchangeModel  `tfsdk:"exchange"`
}

type challengeModel struct {
	Scheme  types.String `tfsdk:"scheme"`
	Realm   types.String `tfsdk:"realm"`
	Service types.String `tfsdk:"service"`
	Scope   types.String `tfsdk:"scope"`
	Error   types.String `tfsdk:"error"`
}

type exchangeModel struct {
	Endpoint   types.String `tfsdk:"endpoint"`
	HTTPStatus types.Int64  `tfsdk:"http_status"`
	Outcome    types.String `tfsdk:"outcome"`
}

type accessResultModel struct {
	Repository string       `tfsdk:"repository"`
	Reference  types.String `tfsdk:"reference"`
	Digest     types.String `tfsdk:"digest"`
	Granted    []string     `tfsdk:"granted"`
	Missing    []string     `tfsdk:"missing"`
	Unknown    []string     `tfsdk:"unknown"`
	Method     types.String `tfsdk:"method"`
}

type remediationModel struct {
	Platform string   `tfsdk:"platform"`
	Steps    []string `tfsdk:"steps"`
}

// aboutModel is the attribute check.
type aboutModel struct {
	ID                  string   `tfsdk:"id"`
	Plugin              string   `tfsdk:"plugin"`
	Severity            string   `tfsdk:"severity"`
	Tags                []string `tfsdk:"tags"`
	Related             []string `tfsdk:"related"`
	VerificationCommand string   `tfsdk:"verification_command"`
}

// result is the result of a check.
type result struct {
	verdict  verdict.Verdict
	evidence verdict.Evidence
	advice   advice.Advice
	source   credentials.Source
}

// fill sets the attributes from the result.
func (m *checkModel) fill(r result) {
	e := r.evidence
	m.Passed = types.BoolValue(r.verdict.Passed)
	m.Verified = types.BoolValue(r.verdict.Verified)
	m.Rejected = types.BoolValue(r.verdict.Rejected)
	m.Status = types.StringValue(r.verdict.Status())
	m.Reason = types.StringValue(string(r.verdict.Reason))
	m.Message = types.StringValue(r.advice.Message)
	m.AuthMethod = textOrNull(string(e.Method()))
	m.CredentialSource = types.StringValue(string(r.source))
	m.RegistryHost = textOrNull(e.Host())
	m.CredentialExpiresAt = types.StringNull()
	if at := e.Credential.ExpiresAt; !at.IsZero() {
		m.CredentialExpiresAt = types.StringValue(at.Format(time.RFC3339))
	}
	m.HTTPStatus, m.Evidence = types.Int64Null(), nil
	if last := e.Last(); last != nil {
		m.HTTPStatus = statusOrNull(last.Status)
		m.Evidence = &evidenceModel{types.StringValue(e.Endpoint.URL()), newChallengeModel(e), newExchangeModel(e.Exchange)}
	}
	m.AccessResults = make([]accessResultModel, len(e.Access))
	for i, a := range e.Access {
		m.AccessResults[i] = accessResultModel{a.Repository, textOrNull(a.Reference), textOrNull(a.Digest), listOf(a.Granted), listOf(a.Missing), listOf(a.Unknown), textOrNull(string(a.Method))}
	}
	m.LikelyCauses = listOf(r.advice.Causes)
	m.Remediation = make([]remediationModel, len(r.advice.Remediation))
	for i, remediation := range r.advice.Remediation {
		m.Remediation[i] = remediationModel{remediation.Platform, listOf(remediation.Steps)}
	}
	m.Check = &aboutModel{advice.CheckID, advice.Plugin, advice.Severity, advice.Tags(), advice.Related(), advice.VerificationCommand}
}

func newChallengeModel(e verdict.Evidence) *challengeModel {
	challenge, ok := e.Challenge()
	if !ok {
		return nil
	}
	param := func(name string) types.String { return textOrNull(challenge.Params[name]) }
	return &challengeModel{types.StringValue(challenge.Scheme), param("realm"), param("service"), param("scope"), param("error")}
}

func newExchangeModel(t *registry.TokenAnswer) *exchangeModel {
	if t == nil {
		return nil
	}
	return &exchangeModel{textOrNull(t.Endpoint), statusOrNull(t.Status), types.StringValue(verdict.Outcome(*t))}
}

// dropSecrets sets arguments to null that must not be stored in the state. Terraform
// and OpenTofu accept this of a data source, and show no difference.
func (m *checkModel) dropSecrets() {
	m.Password, m.Token, m.IdentityToken, m.DockerConfigJSON, m.ClientKeyPEM = secretValue{}, secretValue{}, secretValue{}, secretValue{}, secretValue{}
}

func textOrNull(s string) types.String {
	if s == "" {
		return types.StringNull()
	}
	return types.StringValue(s)
}

// statusOrNull returns null where there was no answer.
func statusOrNull(status int) types.Int64 {
	if status == 0 {
		return types.Int64Null()
	}
	return types.Int64Value(int64(status))
}

// listOf returns an empty list instead of null.
func listOf(texts []string) []string {
	if texts == nil {
		return []string{}
	}
	return texts
}
