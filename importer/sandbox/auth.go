package sandbox

import (
	"net/http"
	"strings"
	"sync"
)

// maxWrong is how many wrong attempts in a row an account has before Jira asks it to solve a CAPTCHA, which no program can.
const maxWrong = 3

// loginGate checks credentials. An account that was locked stays so: only a person at the login page could free it.
type loginGate struct {
	token, manager string // of an administrator, and of a manager
	user, password string

	mu    sync.Mutex
	wrong map[string]int // attempts in a row, by the scheme of the account: there is one account for each
}

// verdict is what the gate says of a request's credentials, in the words of X-Seraph-LoginReason where Jira has one.
type verdict string

const (
	admitted  verdict = "OK"
	anonymous verdict = "" // no credentials at all
	failed    verdict = "AUTHENTICATED_FAILED"
	denied    verdict = "AUTHENTICATION_DENIED" // locked, whatever the credentials are
)

func (g *loginGate) judge(r *http.Request) verdict {
	scheme, credentials, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	scheme = strings.ToLower(scheme)
	if credentials == "" {
		return anonymous
	}
	if g.token == "" && g.user == "" {
		return admitted
	}
	known, right := false, false
	switch scheme {
	case "bearer":
		known = g.token != "" || g.manager != ""
		right = known && (credentials == g.token || credentials == g.manager)
	case "basic":
		user, password, _ := r.BasicAuth()
		known = g.user != "" && user == g.user
		right = known && password == g.password
	}
	if !known {
		return failed
	}
	return g.count(scheme, right)
}

func (s *Server) isManager(r *http.Request) bool {
	_, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	return s.gate.manager != "" && token == s.gate.manager
}

// count keeps the wrong attempts in a row of a known account.
func (g *loginGate) count(account string, right bool) verdict {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.wrong == nil {
		g.wrong = map[string]int{}
	}
	switch {
	case g.wrong[account] >= maxWrong:
		return denied
	case !right:
		g.wrong[account]++
		return failed
	}
	g.wrong[account] = 0
	return admitted
}

func (s *Server) authenticated(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if v := s.gate.judge(r); v != admitted {
			s.writeUnauthorized(w, r, v)
			return
		}
		w.Header().Set("X-Seraph-LoginReason", string(admitted))
		w.Header().Set("X-AUSERNAME", s.userName(r))
		next.ServeHTTP(w, r)
	})
}

// writeUnauthorized answers as Jira does: the reason stands in headers, the page is for people.
func (s *Server) writeUnauthorized(w http.ResponseWriter, r *http.Request, v verdict) {
	w.Header().Set("WWW-Authenticate", `OAuth realm="`+s.rootURL(r)+`"`)
	if v != anonymous {
		w.Header().Set("X-Seraph-LoginReason", string(v))
	}
	if v == denied {
		w.Header().Set("X-Authentication-Denied-Reason", "CAPTCHA_CHALLENGE; login-url="+s.rootURL(r)+"/login.jsp")
	}
	writeHTML(w, http.StatusUnauthorized, "Unauthorized: client must be authenticated to access this resource.")
}
