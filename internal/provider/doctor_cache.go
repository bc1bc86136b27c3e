package provider

import (
	"crypto/rand"
	"sync"

	"github.com/stellaops/terraform-provider-stellaops/internal/doctor"
	"github.com/stellaops/terraform-provider-stellaops/internal/redact"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// maxDoctors is the largest number of doctors, and so of connection pools, that are
// kept.
const maxDoctors = 100

// doctorCache caches one doctor for each TLS configuration. They share no answers: an
// answer over one connection may differ from the answer over another, for example to
// another client certificate.
type doctorCache struct {
	options  registry.Options
	redactor *redact.Redactor // knows the secrets that any doctor has sent, and those that lie beside them

	mu    sync.Mutex
	byTLS map[registry.TLS]*doctor.Doctor
}

// get returns the doctor for the settings. The only error is a [*registry.TLSError].
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
	made := doctor.New(registry.NewCache(registry.NewClient(options)), d.redactor, rand.Text, registry.ProxySecrets(options.Proxy)...)
	if d.byTLS == nil || len(d.byTLS) >= maxDoctors {
		d.byTLS = map[registry.TLS]*doctor.Doctor{} // the transports close idle connections themselves
	}
	d.byTLS[settings] = made
	return made, nil
}
