package provider

import (
	"time"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/stellaops/terraform-provider-stellaops/internal/credentials"
	"github.com/stellaops/terraform-provider-stellaops/internal/doctor"
)

// finding is what came of a check.
type finding struct {
	report doctor.Report
	found  credentials.Found
}

// fill writes the attributes beside the arguments.
func (v checkValues) fill(f finding) {
	t, r := checkSchema().types, f.report
	v["passed"] = boolean(r.Passed)
	v["verified"] = boolean(r.Verified)
	v["rejected"] = boolean(r.Rejected)
	v["status"] = text(r.Status)
	v["reason"] = text(string(r.Reason))
	v["message"] = text(r.Message)
	v["auth_method"] = textOrNull(string(r.Method))
	v["credential_source"] = text(string(f.found.Source))
	v["registry_host"] = textOrNull(r.RegistryHost)
	v["http_status"] = statusOrNull(r.HTTPStatus)
	v["evidence"] = evidence(t["evidence"], r.Trail)
	v["access_results"] = list(t["access_results"], r.Access, accessResult)
	v["credential_expires_at"] = tftypes.NewValue(tftypes.String, nil)
	if at := f.report.ExpiresAt; !at.IsZero() {
		v["credential_expires_at"] = text(at.Format(time.RFC3339))
	}
	v["likely_causes"] = texts(r.Causes)
	v["remediation"] = list(t["remediation"], r.Remediation, remediation)
	v["check"] = checkSchema().check
}

func evidence(typ tftypes.Type, trail *doctor.Trail) tftypes.Value {
	if trail == nil {
		return tftypes.NewValue(typ, nil)
	}
	parts := typ.(tftypes.Object).AttributeTypes
	challenge := tftypes.NewValue(parts["challenge"], nil)
	if c := trail.Challenge; c != nil {
		challenge = tftypes.NewValue(parts["challenge"], map[string]tftypes.Value{
			"scheme": text(c.Scheme), "realm": textOrNull(c.Realm), "service": textOrNull(c.Service),
			"scope": textOrNull(c.Scope), "error": textOrNull(c.Error),
		})
	}
	exchange := tftypes.NewValue(parts["exchange"], nil)
	if x := trail.Exchange; x != nil {
		exchange = tftypes.NewValue(parts["exchange"], map[string]tftypes.Value{
			"endpoint": textOrNull(x.Endpoint), "http_status": statusOrNull(x.Status), "outcome": text(x.Outcome),
		})
	}
	return tftypes.NewValue(typ, map[string]tftypes.Value{"endpoint": text(trail.Endpoint), "challenge": challenge, "exchange": exchange})
}

func accessResult(r doctor.AccessResult) map[string]tftypes.Value {
	return map[string]tftypes.Value{
		"repository": text(r.Repository), "granted": texts(r.Granted), "missing": texts(r.Missing), "unknown": texts(r.Unknown),
		"method": textOrNull(string(r.Method)),
	}
}

func remediation(r doctor.Remediation) map[string]tftypes.Value {
	return map[string]tftypes.Value{"platform": text(r.Platform), "steps": texts(r.Steps)}
}

// constants are the attribute check.
func constants(typ tftypes.Type) tftypes.Value {
	return tftypes.NewValue(typ, map[string]tftypes.Value{
		"id": text(doctor.CheckID), "plugin": text(doctor.Plugin), "severity": text(doctor.Severity),
		"tags": texts(doctor.Tags()), "related": texts(doctor.Related()), "verification_command": text(doctor.VerificationCommand),
	})
}

func boolean(b bool) tftypes.Value { return tftypes.NewValue(tftypes.Bool, b) }

func text(s string) tftypes.Value { return tftypes.NewValue(tftypes.String, s) }

func textOrNull(s string) tftypes.Value {
	if s == "" {
		return tftypes.NewValue(tftypes.String, nil)
	}
	return text(s)
}

// statusOrNull is null where nothing answered.
func statusOrNull(status int) tftypes.Value {
	if status == 0 {
		return tftypes.NewValue(tftypes.Number, nil)
	}
	return tftypes.NewValue(tftypes.Number, status)
}

// texts is a list, which is empty and not null where there is none.
func texts(items []string) tftypes.Value {
	values := make([]tftypes.Value, len(items))
	for i, item := range items {
		values[i] = text(item)
	}
	return tftypes.NewValue(tftypes.List{ElementType: tftypes.String}, values)
}

// list is one of objects.
func list[T any](typ tftypes.Type, items []T, parts func(T) map[string]tftypes.Value) tftypes.Value {
	values := make([]tftypes.Value, len(items))
	for i, item := range items {
		values[i] = tftypes.NewValue(typ.(tftypes.List).ElementType, parts(item))
	}
	return tftypes.NewValue(typ, values)
}
