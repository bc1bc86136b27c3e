package provider

import (
	"crypto/rand"
	"sync"

	"github.com/stellaops/terraform-provider-stellaops/internal/doctor"
	"github.com/stellaops/terraform-provider-stellaops/internal/redact"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// maxDoctors bounds how many settings of TLS keep their connections.
const maxDoctors = 100

// doctors has one doctor for each setting of TLS, so that what one learned over
// a connection is not taken for what another would have been told.
type doctorCache struct {
	options  registry.Options
	redactor *redact.Redactor // knows the secrets that any of them sent

	mu    sync.Mutex
	byTLS map[registry.TLS]*doctor.Doctor
}

// get returns the doctor for these settings. The only error is a
// [*registry.TLSError].
func (d *doctorCache) get(settings registry.TLS) (*doctor.Doctor, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if known, ok := d.byTLS[settings]; ok {
		return known, nil
	}
	config, err := settings.Config()
	if err != nil {
		return nil, err
	}
	options := d.options
	options.TLS = config
	made := doctor.New(registry.NewMemory(registry.NewClient(options)), d.redactor, rand.Text, registry.ProxySecrets(options.Proxy)...)
	if d.byTLS == nil || len(d.byTLS) >= maxDoctors {
		d.byTLS = map[registry.TLS]*doctor.Doctor{} // connections that nobody uses end by themselves
	}
	d.byTLS[settings] = made
	return made, nil
}
