package provider

import (
	"os"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/stellaops/terraform-provider-stellaops/internal/credentialstest"
)

// TestMain lets the tests install credential helpers.
func TestMain(m *testing.M) { os.Exit(credentialstest.Main(m)) }

// checkType is the type of a check as the protocol has it.
func checkType() tftypes.Object { return newFastServer(nil, nil).object }
