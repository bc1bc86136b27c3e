package differential_test

import (
	"strings"
	"testing"

	"github.com/docker/cli/cli/config"
)

func TestDockerConfig_ReadsAnEmptyObject(t *testing.T) {
	t.Parallel()
	if _, err := config.LoadFromReader(strings.NewReader("{}")); err != nil {
		t.Error(err)
	}
}
