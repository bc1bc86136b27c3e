// Command release builds a snapshot of a release as it would be published, signed
// with a key that is thrown away, into dist/. With -notes and a tag, it prints the
// notes of that release instead.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/stellaops/terraform-provider-stellaops/internal/tfcli"
	"github.com/stellaops/terraform-provider-stellaops/tools/release/notes"
	"github.com/stellaops/terraform-provider-stellaops/tools/release/snapshot"
)

func main() {
	tag := flag.String("notes", "", "tag of the release whose notes are printed")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, *tag)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, tag string) error {
	root, err := tfcli.Root()
	if err != nil {
		return err
	}
	if tag != "" {
		return printNotes(root, tag)
	}
	keys, err := snapshot.NewKey(ctx)
	if err != nil {
		return err
	}
	defer keys.Remove()
	if err := snapshot.Build(ctx, root, keys, os.Stdout); err != nil {
		return err
	}
	public := filepath.Join(root, "dist", "throwaway-key.asc")
	if err := keys.Export(ctx, public); err != nil {
		return err
	}
	fmt.Println("The snapshot is in dist/. Its key was thrown away; the public part is", public)
	return nil
}

func printNotes(root, tag string) error {
	changelog, err := os.ReadFile(filepath.Join(root, "CHANGELOG.md"))
	if err != nil {
		return fmt.Errorf("read the notes: %w", err)
	}
	text, err := notes.For(string(changelog), tag)
	if err != nil {
		return err
	}
	fmt.Print(text)
	return nil
}
