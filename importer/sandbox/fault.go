package sandbox

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Fault is a way in which a request can go wrong, or a behavior of the server, such as [ListLag]. Besides the named ones it is
// a status code: "401", "403", "429" (with Retry-After) and "500" to "599", as a proxy would answer, all without doing the
// work; "502-after" and its like are the same answer after the work was done, "502-slow" before it, "503-retry" is Jira's own
// 503, with a Retry-After.
//
// Some take a parameter after a colon: a duration (5s where none is given) in "slow-after-cut:10s", "502-slow:10s",
// "list-lag:10s" and "list-cache:10s", a number of changes in "restore:5", a word in "rewrite-names:lower" and
// "other-admin:add".
type Fault string

const (
	// DropBefore drops the connection before the work is done.
	DropBefore Fault = "drop-before"
	// DropAfter does the work and then drops the connection.
	DropAfter Fault = "drop-after"
	// HangBefore never answers and does not do the work.
	HangBefore Fault = "hang-before"
	// HangAfter does the work and never answers.
	HangAfter Fault = "hang-after"
	// Hang is HangBefore or HangAfter, by the toss of a seeded coin.
	Hang Fault = "hang"
	// Cut does the work and drops the connection in the middle of the answer's body.
	Cut Fault = "cut"
	// SlowAfterCut drops the connection, and the work goes on: what it does is there only after the fault's duration.
	SlowAfterCut Fault = "slow-after-cut"
	// Twice does the work twice and answers once, as behind a proxy that repeats requests.
	Twice Fault = "twice"
	// Login answers 200 with the HTML of the login page, without doing the work.
	Login Fault = "login"
	// RedirectLogin redirects to the login page, without doing the work.
	RedirectLogin Fault = "redirect-login"
	// Captcha answers 401 as for an account behind a CAPTCHA, without doing the work.
	Captcha Fault = "captcha"
)

// retryAfter is what faults with a Retry-After say, in seconds.
const retryAfter = "1"

// faultNames are the names to suggest: all but the rarer status codes.
var faultNames = []string{
	string(DropBefore), string(DropAfter), string(HangBefore), string(HangAfter), string(Hang), string(Cut), string(SlowAfterCut),
	string(Twice), string(Login), string(RedirectLogin), string(Captcha),
	"401", "403", "429", "500", "502", "503", "503-retry", "504", "502-after", "504-after", "502-slow", "504-slow",
	string(ListLag), string(ListCache), string(ListEmpty), string(RewriteNames), string(Restore), string(OtherAdmin),
}

func (f Fault) check() error {
	if !f.known() {
		return fmt.Errorf("unknown fault %q%s", string(f.name()), suggest(string(f.name()), faultNames))
	}
	return f.checkParameter()
}

func (f Fault) known() bool {
	_, _, ok := f.status()
	return ok || slices.Contains(faultNames, string(f.name()))
}

func (f Fault) status() (code int, variant string, ok bool) {
	name := string(f.name())
	text, variant, _ := strings.Cut(name, "-")
	code, err := strconv.Atoi(text)
	if err != nil || len(text) != 3 {
		return 0, "", false
	}
	switch {
	case name == text:
		ok = code == http.StatusUnauthorized || code == http.StatusForbidden || code == http.StatusTooManyRequests || code/100 == 5
	case variant == "after", variant == "slow":
		ok = code/100 == 5
	case variant == "retry":
		ok = code == http.StatusServiceUnavailable
	}
	return code, variant, ok
}

func (f Fault) works() bool {
	switch f {
	case "", DropAfter, HangAfter, Cut, Twice:
		return true
	}
	_, variant, _ := f.status()
	return variant == "after"
}

func (f Fault) late() (d time.Duration, ok bool) {
	if _, variant, _ := f.status(); variant == "slow" || f.name() == SlowAfterCut {
		return f.duration(), true
	}
	return 0, false
}

func (f Fault) answers() bool {
	switch f {
	case Login, RedirectLogin, Captcha:
		return true
	}
	_, _, ok := f.status()
	return ok
}

func (s *Server) writeFault(w http.ResponseWriter, r *http.Request, f Fault) {
	switch f {
	case Login:
		writeLoginPage(w)
	case RedirectLogin:
		w.Header().Set("Location", s.base+"/login.jsp?permissionViolation=true")
		w.WriteHeader(http.StatusFound)
	case Captcha:
		s.writeUnauthorized(w, r, denied)
	case "401":
		s.writeUnauthorized(w, r, failed)
	case "403":
		writeForbidden(w)
	case "429":
		w.Header().Set("Retry-After", retryAfter)
		writeTooMany(w)
	default:
		code, variant, _ := f.status()
		if variant == "retry" {
			w.Header().Set("Retry-After", retryAfter)
			w.Header().Set("Content-Type", jsonType)
			w.WriteHeader(code)
			writeJSON(w, map[string]any{"message": "Jira is busy", "status-code": code})
			return
		}
		writeHTML(w, code, "The proxy server could not handle the request.")
	}
}
