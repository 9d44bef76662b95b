package hosts

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Server is all hosts of a world. It is safe for concurrent use.
type Server struct {
	hosts map[string]*site

	mu       sync.Mutex
	requests []Request
}

// Request is one that a host got.
type Request struct {
	Host, Method, Path string // the path with its query, below the host
	Credential         string // stands for the one that it carried, accepted or not; "" for none
	Login              bool   // it asked whose credential it is
	Status             int
}

// New makes a server.
func New(w World) (*Server, error) {
	if err := w.check(); err != nil {
		return nil, err
	}
	s := &Server{hosts: make(map[string]*site)}
	for _, h := range w.Hosts {
		site := &site{Host: h}
		site.routes = site.handler()
		s.hosts[h.Name] = site
	}
	return s, nil
}

// Names are the names of the hosts.
func (s *Server) Names() []string { return slices.Sorted(maps.Keys(s.hosts)) }

// Requests are all that came so far, in their order.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// ServeHTTP answers for the host that the request names.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.Or(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "there is no such host here", http.StatusMisdirectedRequest)
	})).ServeHTTP(w, r)
}

// Or answers for the hosts, and leaves requests that name none of them to another handler.
func (s *Server) Or(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
		switch {
		case s.hosts[r.Host] != nil:
			s.serve(w, r, s.hosts[r.Host], "")
		case s.hosts[name] != nil:
			s.serve(w, r, s.hosts[name], "/"+name)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request, h *site, base string) {
	below := r.Clone(r.Context())
	below.URL.Path = strings.TrimPrefix(r.URL.Path, base)
	below.URL.RawPath = strings.TrimPrefix(r.URL.EscapedPath(), base)
	e := &exchange{Request: below, site: h, host: r.Host, path: r.URL.EscapedPath(), base: addressOf(r) + base}
	noted := &recorder{ResponseWriter: w, status: http.StatusOK}
	h.serve(noted, e)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, Request{Host: h.Name, Method: r.Method, Path: below.URL.RequestURI(),
		Credential: fingerprint(r), Login: e.login, Status: noted.status})
}

// addressOf is the URL that the client reached us by.
func addressOf(r *http.Request) string {
	if r.URL.Scheme != "" { // without a socket
		return r.URL.Scheme + "://" + r.Host
	}
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// fingerprint stands for the credential of a request; the scope of an AWS signature is its key.
func fingerprint(r *http.Request) string {
	text := r.Header.Get("Authorization") + r.Header.Get("Private-Token")
	if text == "" {
		return ""
	}
	if scope, _, signed := strings.Cut(text, "/"); signed && strings.HasPrefix(text, "AWS4") {
		text = scope
	}
	return hexSum([]byte(text))[:12]
}

type recorder struct {
	http.ResponseWriter
	status int
}

func (r *recorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

// exchange is one request to one host.
type exchange struct {
	*http.Request
	site  *site
	host  string // as the client wrote it
	path  string // the same
	base  string // the host's URL, as this client sees it
	login bool   // it asks whose credential it is
}

// site is one host at work.
type site struct {
	Host
	routes func(http.ResponseWriter, *exchange)

	mu    sync.Mutex
	asked int       // requests that could be throttled
	spent int       // requests in this interval
	until time.Time // the end of the interval
}

func (h *site) handler() func(http.ResponseWriter, *exchange) {
	switch h.Kind {
	case GitHub, GitHubServer:
		return h.github
	case GitLab:
		return h.gitlab
	case AzureProfiles:
		return h.profiles
	case Azure:
		return h.azure
	case AzureServer:
		return h.azureServer
	case Gerrit:
		return h.gerrit
	case STS:
		return h.sts
	case CodeCommit:
		return h.codecommit
	case BitbucketServer:
		return h.bitbucketServer
	case BitbucketCloud:
		return h.bitbucketCloud
	case Gitea:
		return h.gitea
	}
	return h.git
}

func (h *site) serve(w http.ResponseWriter, e *exchange) {
	switch {
	case h.Hang:
		<-e.Context().Done()
	case h.Redirect != "":
		http.Redirect(w, e.Request, h.Redirect+e.URL.RequestURI(), http.StatusFound)
	case h.limited(w):
	case h.moved(w, e):
	default:
		h.routes(w, e)
	}
}

// moved leads from the earlier path of a repository to its own.
func (h *site) moved(w http.ResponseWriter, e *exchange) bool {
	for old, now := range h.Renamed {
		if rest, ok := strings.CutPrefix(e.URL.Path, "/"+old+"/"); ok {
			http.Redirect(w, e.Request, e.base+"/"+now+"/"+rest+"?"+e.URL.RawQuery, http.StatusMovedPermanently)
			return true
		}
	}
	return false
}

// limited counts a request, and refuses it where there are too many. Each kind says so in its
// own headers.
func (h *site) limited(w http.ResponseWriter) bool {
	if h.Limit.Requests == 0 {
		return false
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if now := time.Now(); !now.Before(h.until) {
		h.spent, h.until = 0, now.Add(cmp.Or(h.Limit.Interval, time.Minute)).Truncate(time.Second)
	}
	h.spent++
	left, reset := max(0, h.Limit.Requests-h.spent), strconv.FormatInt(h.until.Unix(), 10)
	prefix, status := "RateLimit-", http.StatusTooManyRequests
	if h.Kind == GitHub || h.Kind == GitHubServer {
		prefix, status = "X-RateLimit-", http.StatusForbidden
	}
	w.Header().Set(prefix+"Limit", strconv.Itoa(h.Limit.Requests))
	w.Header().Set(prefix+"Remaining", strconv.Itoa(left))
	w.Header().Set(prefix+"Reset", reset)
	if h.spent <= h.Limit.Requests {
		return false
	}
	answer(w, status, object{"message": "API rate limit exceeded"})
	return true
}

// object is a JSON object.
type object = map[string]any

// refusal is why a host does not list what it is asked for; the zero value is none.
type refusal struct {
	status  int
	message string
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

// credential finds the one of a request by its token, or by user and password.
func (h *site) credential(token, user, password string) (Credential, bool) {
	for _, c := range h.Credentials {
		match := c.Token != "" && c.Token == token || c.Password != "" && c.User == user && c.Password == password
		if match {
			return c, !c.refused()
		}
	}
	return Credential{}, false
}

// repositories are those of an organization, in the order of the world.
func (h *site) repositories(organization string) []string {
	names := slices.Clone(h.Organizations[organization])
	for i := range h.Many[organization] {
		names = append(names, fmt.Sprintf("r-%04d", i+1))
	}
	return names
}

// organizations are all names, sorted.
func (h *site) organizations() []string {
	names := slices.Collect(maps.Keys(h.Organizations))
	for name := range h.Many {
		if _, both := h.Organizations[name]; !both {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// has reports whether there is an organization.
func (h *site) has(organization string) bool {
	return slices.Contains(h.organizations(), organization)
}

func (h *site) personal(organization string) bool {
	return slices.ContainsFunc(h.Credentials, func(c Credential) bool { return c.User == organization })
}

// page cuts one page out of a list, and says whether there is another.
func (h *site) page(e *exchange, list []object) (items []object, number int, more bool) {
	return h.sized(e, list, positive(e.URL.Query().Get("per_page"), 30))
}

// sized cuts out one page of a size that a client asks for.
func (h *site) sized(e *exchange, list []object, size int) (items []object, number int, more bool) {
	size = min(size, 100)
	if h.PageSize > 0 {
		size = min(size, h.PageSize)
	}
	number = positive(e.URL.Query().Get("page"), 1)
	from := min((number-1)*size, len(list))
	to := min(from+size, len(list))
	return list[from:to], number, to < len(list)
}

// link is the URL of another page of the same list.
func (e *exchange) link(page int) string {
	query := e.URL.Query()
	query.Set("page", strconv.Itoa(page))
	return e.base + e.URL.EscapedPath() + "?" + query.Encode()
}

// positive reads a number from 1.
func positive(text string, otherwise int) int {
	if n, err := strconv.Atoi(text); err == nil && n > 0 {
		return n
	}
	return otherwise
}

// RoundTripper reaches the hosts by the names in URLs, without a socket, in the caller's
// goroutine. A host that hangs answers when the request's context ends.
func (s *Server) RoundTripper() http.RoundTripper { return transport{s} }

type transport struct{ server *Server }

func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	in := r.Clone(r.Context())
	in.Host = r.URL.Host
	out := httptest.NewRecorder()
	t.server.ServeHTTP(out, in)
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	response := out.Result()
	response.Request = r
	return response, nil
}
