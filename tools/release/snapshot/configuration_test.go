package snapshot_test

import (
	"path/filepath"
	"slices"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/stellaops/terraform-provider-stellaops/internal/tfcli"
)

// extra are files of a release that no build makes.
type extra struct {
	ExtraFiles []struct {
		Glob         string
		NameTemplate string `yaml:"name_template"`
	} `yaml:"extra_files"`
}

// TestConfiguration_PublishesWhatIsSummed reads .goreleaser.yml, because a snapshot
// publishes nothing: a registry expects the manifest in the release, under the name in
// the sums.
func TestConfiguration_PublishesWhatIsSummed(t *testing.T) {
	t.Parallel()
	root, err := tfcli.Root()
	if err != nil {
		t.Fatal(err)
	}
	var configuration struct{ Checksum, Release extra }
	if err := yaml.Unmarshal(read(t, filepath.Join(root, ".goreleaser.yml")), &configuration); err != nil {
		t.Fatal(err)
	}
	summed, published := configuration.Checksum.ExtraFiles, configuration.Release.ExtraFiles
	if len(summed) != 1 || !slices.Equal(summed, published) {
		t.Errorf("summed are %+v, published %+v", summed, published)
	}
}
