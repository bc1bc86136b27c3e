//go:build !race

// The race detector allocates for itself, so there is nothing to measure with it.

package doctor_test

import (
	"runtime"
	"testing"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
)

// memoryOfCheck is the most that one check may allocate.
const memoryOfCheck = 8 << 20

// TestDoctor_Check_AllocatesLittleForABigAnswer counts all allocations of the process,
// freed ones and those of the server included, which is an upper bound of the heap's
// growth. The check before it makes what is made only once.
func TestDoctor_Check_AllocatesLittleForABigAnswer(t *testing.T) { //nolint:paralleltest // it counts what the process allocates
	for _, fault := range registrytest.Faults() { //nolint:paralleltest // see above
		if !fault.Big {
			continue
		}
		t.Run(fault.Name, func(t *testing.T) {
			target, err := fault.Start(t)
			if err != nil {
				t.Fatal(err)
			}
			ask := func() report {
				client := registry.NewClient(optionsOf(target, new(connections)))
				defer client.CloseIdleConnections()
				_, report, err := checkOf(t.Context(), client, fault, target)
				if err != nil {
					t.Fatal(err)
				}
				return report
			}
			ask()
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			report := ask()
			runtime.ReadMemStats(&after)
			if report.Verdict != verdictOf(fault.Reason) {
				t.Errorf("got %+v, want %s", report.Verdict, fault.Reason)
			}
			grown := after.TotalAlloc - before.TotalAlloc
			if grown > memoryOfCheck {
				t.Errorf("%d bytes allocated, want at most %d", grown, memoryOfCheck)
			}
			t.Logf("%d KiB allocated", grown>>10)
		})
	}
}
