package registry_test

import (
	"context"
	"net"
	"net/http"
	"strings"
	"testing"

	"golang.org/x/net/http/httpproxy"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
)

// askRealm asks the realm http://auth.example.com/token for a registry.
func askRealm(t *testing.T, client *registry.Client, reach registry.Reach, credential registry.Credential) registry.TokenAnswer {
	t.Helper()
	endpoint := parse(t, "http://r.example.com")
	return client.Token(t.Context(), registry.TokenRequest{
		Endpoint: endpoint, Challenged: endpoint.URL(), Reach: reach, Challenge: bearerRealm("http://auth.example.com/token"), Credential: credential,
	})
}

func wantUnsafe(t *testing.T, answer registry.TokenAnswer, why string) {
	t.Helper()
	if !answer.Failure.Unsafe() || !strings.Contains(answer.Failure.Detail, why) {
		t.Errorf("status %d, failure %+v; want unsafe, %q", answer.Status, answer.Failure, why)
	}
}

func wantIssued(t *testing.T, answer registry.TokenAnswer) {
	t.Helper()
	if answer.Failure != nil || answer.Token.Reveal() != "minted" {
		t.Errorf("status %d, failure %+v; want a token", answer.Status, answer.Failure)
	}
}

func TestClient_Token_GuardChecksEachConnection(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name    string
		reach   registry.Reach
		second  string
		refused string
	}{
		{"to a metadata address", registry.ReachPublic, "169.254.169.254", linkLocal},
		{"to a metadata address, private registry", registry.ReachPrivate, "169.254.169.254", linkLocal},
		{"to a private address", registry.ReachPublic, "10.0.0.5", inward},
		{"to loopback", registry.ReachPublic, "127.0.0.1", inward},
	} {
		for kind, credential := range credentialOfEachKind() {
			t.Run(row.name+", "+kind, func(t *testing.T) {
				t.Parallel()
				server := registrytest.New(t, issueToken)
				network := &fakeNetwork{server: server.Host(), at: []string{anywhere, row.second}}
				client := newClient(t, registry.Options{Dial: network.dial})
				wantIssued(t, askRealm(t, client, row.reach, credential))
				_, before := network.log()
				wantUnsafe(t, askRealm(t, client, row.reach, credential), row.refused)
				dialled, after := network.log()
				if len(dialled) != 2 || after != before || len(server.Requests()) != 1 {
					t.Errorf("%d connections, %d bytes written on the second, asked %+v", len(dialled), after-before, server.Requests())
				}
			})
		}
	}
}

func TestClient_Token_GuardsDoNotShareConnections(t *testing.T) {
	t.Parallel()
	kept := func(string) registrytest.Response {
		return registrytest.Response{Status: http.StatusOK, Body: `{"token":"minted"}`}
	}
	for kind, credential := range credentialOfEachKind() {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			server := registrytest.New(t, kept)
			network := &fakeNetwork{server: server.Host(), at: []string{"10.0.0.5"}}
			client := newClient(t, registry.Options{Dial: network.dial})
			// The realm is a registry too, which may be asked for itself.
			if answer := client.Ask(t.Context(), parse(t, "http://auth.example.com"), credential); answer.Status != http.StatusOK {
				t.Fatalf("answer %+v, failure %+v", answer, answer.Failure)
			}
			wantIssued(t, askRealm(t, client, registry.ReachPrivate, credential))
			_, before := network.log()
			wantUnsafe(t, askRealm(t, client, registry.ReachPublic, credential), inward)
			wantUnsafe(t, askRealm(t, client, registry.ReachUnknown, credential), inward)
			if _, after := network.log(); after != before {
				t.Errorf("%d bytes were written", after-before)
			}
			wantIssued(t, askRealm(t, client, registry.ReachPrivate, credential))
			if dialled, _ := network.log(); len(dialled) != 4 || len(server.Requests()) != 3 {
				t.Errorf("%d connections, asked %+v; want 4, of which the private one serves twice", len(dialled), server.Requests())
			}
		})
	}
}

func TestClient_Token_GuardChecksRedirects(t *testing.T) {
	t.Parallel()
	for kind, credential := range credentialOfEachKind() {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			server := registrytest.New(t, func(string) registrytest.Response {
				return registrytest.Response{Status: http.StatusTemporaryRedirect, Header: http.Header{"Location": {"/other"}, "Connection": {"close"}}}
			})
			network := &fakeNetwork{server: server.Host(), at: []string{anywhere, "169.254.169.254"}}
			client := newClient(t, registry.Options{Dial: network.dial})
			wantUnsafe(t, askRealm(t, client, registry.ReachPrivate, credential), linkLocal)
			if asked := server.Requests(); len(asked) != 1 {
				t.Errorf("asked %+v, want once", asked)
			}
		})
	}
}

func TestClient_Token_GuardRefusesAnUnreadableAddress(t *testing.T) {
	t.Parallel()
	server := registrytest.New(t, issueToken)
	network := &fakeNetwork{server: server.Host(), at: []string{anywhere}}
	client := newClient(t, registry.Options{Dial: func(ctx context.Context, kind, hostport string) (net.Conn, error) {
		conn, err := network.dial(ctx, kind, hostport)
		if err != nil {
			return nil, err
		}
		return relocatedConn{conn, &net.UnixAddr{Name: "@socket", Net: "unix"}, network}, nil
	}})
	wantUnsafe(t, askRealm(t, client, registry.ReachPrivate, basic("hunter2x")), linkLocal)
	if _, written := network.log(); written != 0 {
		t.Errorf("%d bytes were written", written)
	}
}

func TestAnswer_Reach(t *testing.T) {
	t.Parallel()
	proxy := &httpproxy.Config{HTTPProxy: "http://proxy.example.com:3128"}
	for _, row := range []struct {
		name    string
		address string
		at      string
		proxy   *httpproxy.Config
		want    registry.Reach
	}{
		{"public", "http://r.example.com", anywhere, nil, registry.ReachPublic},
		{"private", "http://r.example.com", "10.0.0.5", nil, registry.ReachPrivate},
		{"private, mapped", "http://r.example.com", "::ffff:10.0.0.5", nil, registry.ReachPrivate},
		{"loopback", "http://r.example.com", "::1", nil, registry.ReachPrivate},
		{"link-local", "http://r.example.com", "169.254.0.1", nil, registry.ReachLinkLocal},
		{"what is written does not count", "http://10.0.0.5", anywhere, nil, registry.ReachPublic},
		{"through a proxy nobody knows", "http://r.example.com", "10.0.0.5", proxy, registry.ReachUnknown},
		{"through a proxy a literal counts", "http://10.0.0.5", anywhere, proxy, registry.ReachPrivate},
		{"through a proxy a public literal counts", "http://203.0.113.9", "10.0.0.5", proxy, registry.ReachPublic},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			server := registrytest.New(t, func(string) registrytest.Response { return registrytest.OK() })
			network := &fakeNetwork{server: server.Host(), at: []string{row.at}}
			client := newClient(t, registry.Options{Dial: network.dial, Proxy: row.proxy})
			for range 2 { // the second on the connection of the first
				answer := client.Ask(t.Context(), parse(t, row.address), registry.Credential{})
				if answer.Status != http.StatusOK || answer.Reach != row.want {
					t.Errorf("status %d, reach %d; want reach %d", answer.Status, answer.Reach, row.want)
				}
			}
		})
	}
}
