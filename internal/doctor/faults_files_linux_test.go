package doctor_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
)

// TestFaults_LeaveNoSocketOpen counts the sockets that the kernel holds for this
// process, including those that Go has lost. Every fifth fault is enough here;
// TestFaults counts the connections of all.
func TestFaults_LeaveNoSocketOpen(t *testing.T) { //nolint:paralleltest // others open sockets too
	var faults []registrytest.Fault
	for i, fault := range registrytest.Faults() {
		if i%5 == 0 {
			faults = append(faults, fault)
		}
	}
	before := openSockets(t)
	checkFaults(t.Context(), faults)
	if after := openSockets(t); after > before {
		t.Errorf("%d sockets were open before, %d are now", before, after)
	}
}

// openSockets counts the sockets of this process.
func openSockets(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for _, entry := range entries {
		name, err := os.Readlink("/proc/self/fd/" + entry.Name())
		if err == nil && strings.HasPrefix(name, "socket:") { // the directory itself is closed by now
			count++
		}
	}
	return count
}
