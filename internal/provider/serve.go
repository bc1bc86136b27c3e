package provider

import (
	"fmt"
	"io"
	"log"
	"os"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"
)

// providerAddress is the source address of this provider.
const providerAddress = "registry.terraform.io/stellaops/stellaops"

// Serve serves the provider that factory makes until the CLI ends it. With attach, it
// prints how to attach a CLI to this process, for a debugger.
func Serve(factory func() provider.Provider, attach bool) error {
	// Only package net/http uses the standard logger, and with http2debug in GODEBUG
	// it writes the Authorization header of each request there, which ends in the
	// CLI's log.
	log.SetOutput(io.Discard)
	if !attach {
		for _, variable := range logSwitches(os.Environ()) {
			if err := os.Setenv(variable, "OFF"); err != nil {
				return fmt.Errorf("switch logs off: %w", err)
			}
		}
	}
	var options []tf6server.ServeOpt
	if attach {
		options = append(options, tf6server.WithManagedDebug())
	}
	return tf6server.Serve(providerAddress, func() tfprotov6.ProviderServer { return newServer(factory) }, options...)
}

// newServer returns the server that the CLI talks to.
func newServer(factory func() provider.Provider) tfprotov6.ProviderServer {
	made := factory()
	server := providerserver.NewProtocol6(made)()
	if p, ok := made.(*stellaopsProvider); ok {
		return newFastServer(server, p.configured.Load)
	}
	return server
}

// logSwitches returns the variables that switch the logs of SDK and provider off, which
// is done where the CLI would discard every line and no variable of these is set.
// Otherwise the SDK writes some twenty lines of trace for each check.
func logSwitches(environ []string) []string {
	switches := []string{"TF_LOG_SDK", "TF_LOG_PROVIDER_STELLAOPS"}
	var off []string
	for _, entry := range environ {
		name, value, _ := strings.Cut(entry, "=")
		switch {
		case value == "" || strings.EqualFold(value, "off"):
		case name == "TF_LOG", name == "TF_LOG_PROVIDER", strings.HasPrefix(name, "TF_LOG_SDK"), strings.HasPrefix(name, "TF_LOG_PROVIDER_"):
			return nil
		}
	}
	return append(off, switches...)
}
