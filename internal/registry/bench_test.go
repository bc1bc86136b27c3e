package registry_test

import (
	"testing"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

func BenchmarkParseChallenges(b *testing.B) {
	lines := []string{`Negotiate YII=`, `Bearer realm="https://auth.example.com/token",service="registry.example.com",scope="repository:org/app:pull", Basic realm="a \"quoted\", realm"`}
	b.ReportAllocs()
	for b.Loop() {
		if len(registry.ParseChallenges(lines)) != 3 {
			b.Fatal("a challenge is missing")
		}
	}
}
