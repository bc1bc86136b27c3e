package provider

import (
	"os"
	"testing"

	"github.com/stellaops/terraform-provider-stellaops/internal/credentialstest"
)

// TestMain lets the tests install credential helpers.
func TestMain(m *testing.M) { os.Exit(credentialstest.Main(m)) }
