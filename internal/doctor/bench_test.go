package doctor_test

import (
	"testing"
	"time"

	"github.com/stellaops/terraform-provider-stellaops/internal/doctor"
	"github.com/stellaops/terraform-provider-stellaops/internal/redact"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
)

func BenchmarkJudge(b *testing.B) {
	evidence := verdict.Evidence{
		Credential: verdict.CredentialFacts{Method: registry.MethodBasic, Username: "ci", HasPassword: true},
		Anonymous:  unauthorized(bearerChallenge), Exchange: issued("ci"), Minted: status(200),
	}
	b.ReportAllocs()
	for b.Loop() {
		if !verdict.Judge(evidence).Verified {
			b.Fatal("the verdict is wrong")
		}
	}
}

// BenchmarkDoctor_Check makes checks without a network, none of which shares an answer
// with credentials.
func BenchmarkDoctor_Check(b *testing.B) {
	address, err := registry.ParseEndpoint("registry.example.com")
	if err != nil {
		b.Fatal(err)
	}
	d := doctor.New(registry.NewCache(&script{r0: *unauthorized(basicChallenge), r1: *status(200)}), redact.New(), random)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		report, err := within(b.Context(), d, doctor.Request{Endpoint: address, Credential: another(i), Timeout: time.Minute})
		if err != nil || !report.Verified {
			b.Fatal(err, report.Reason)
		}
	}
}
