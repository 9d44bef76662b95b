package main

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// TestSandboxAnswersOnlyForItsHost: a page of the web that gives its own name this machine's
// address must not read what the sandbox holds.
func TestSandboxAnswersOnlyForItsHost(t *testing.T) {
	for _, tt := range []struct {
		addr, listen string
		answers      map[string]bool // by the URL of a request
	}{
		{"127.0.0.1:8090", "127.0.0.1:8090", map[string]bool{
			"http://127.0.0.1:8090/": true, "http://localhost:8090/": true, "http://[::1]:8090/": true,
			"http://evil.example:8090/": false, "http://evil.example:8090/rest/api/2/myself": false}},
		{":0", "127.0.0.1:0", map[string]bool{"http://localhost/": true, "http://evil.example/": false}},
		{"ci-7:8090", "ci-7:8090", map[string]bool{"http://CI-7:8090/": true, "http://evil.example:8090/": false}},
		{"0.0.0.0:8090", "0.0.0.0:8090", map[string]bool{
			"http://192.0.2.1:8090/": true, "http://sandbox:8090/rest/api/2/myself": true, "http://evil.example:8090/": false}},
	} {
		listen, host := listenAddress(tt.addr)
		if listen != tt.listen {
			t.Errorf("--addr %s listens on %s, want %s", tt.addr, listen, tt.listen)
		}
		handler := onlyFor(host, http.NotFoundHandler())
		for url, want := range tt.answers {
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, httptest.NewRequest("GET", url, nil))
			if got := w.Code == http.StatusNotFound; got != want {
				t.Errorf("--addr %s answers %s: %v, want %v", tt.addr, url, got, want)
			}
		}
	}
}
