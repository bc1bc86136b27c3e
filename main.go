// Command terraform-provider-stellaops serves the provider to Terraform and
// OpenTofu.
package main

import (
	"flag"
	"fmt"
	"os"

	"github.com/stellaops/terraform-provider-stellaops/internal/provider"
)

// version is set by the linker: -ldflags "-X main.version=1.2.3".
var version = "dev"

func main() {
	debug := flag.Bool("debug", false, "serve for a debugger: print how to attach and wait")
	showVersion := flag.Bool("version", false, "print the version and exit")
	flag.Parse()
	if *showVersion {
		fmt.Println(version)
		return
	}
	if err := provider.Serve(provider.New(version), *debug); err != nil {
		fmt.Fprintln(os.Stderr, "terraform-provider-stellaops:", err)
		os.Exit(1)
	}
}
