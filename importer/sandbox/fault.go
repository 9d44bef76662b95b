package sandbox

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// Fault is a way in which a request can go wrong. Besides the named ones it is a status code: "401", "403", "429"
// (with Retry-After) and "500" to "599", as a proxy would answer, all without doing the work; "502-after" and its like are the
// same answer after the work was done, "503-retry" is Jira's own 503, with a Retry-After.
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
	string(DropBefore), string(DropAfter), string(HangBefore), string(HangAfter), string(Hang), string(Cut), string(Twice),
	string(Login), string(RedirectLogin), string(Captcha),
	"401", "403", "429", "500", "502", "503", "503-retry", "504", "502-after", "504-after",
}

// check says whether there is such a fault.
func (f Fault) check() error {
	if _, _, ok := f.status(); ok {
		return nil
	}
	for _, name := range faultNames {
		if string(f) == name {
			return nil
		}
	}
	return fmt.Errorf("unknown fault %q%s", string(f), suggest(string(f), faultNames))
}

// status takes a status fault apart; ok is false for the named ones.
func (f Fault) status() (code int, variant string, ok bool) {
	text, variant, _ := strings.Cut(string(f), "-")
	code, err := strconv.Atoi(text)
	if err != nil || len(text) != 3 {
		return 0, "", false
	}
	switch {
	case string(f) == text:
		ok = code == http.StatusUnauthorized || code == http.StatusForbidden || code == http.StatusTooManyRequests || code/100 == 5
	case variant == "after":
		ok = code/100 == 5
	case variant == "retry":
		ok = code == http.StatusServiceUnavailable
	}
	return code, variant, ok
}

// works says whether the request's work is done.
func (f Fault) works() bool {
	switch f {
	case "", DropAfter, HangAfter, Cut, Twice:
		return true
	}
	_, variant, _ := f.status()
	return variant == "after"
}

// answers says whether the fault has an answer of its own, in place of the one that the work gives.
func (f Fault) answers() bool {
	switch f {
	case Login, RedirectLogin, Captcha:
		return true
	}
	_, _, ok := f.status()
	return ok
}

// writeFault writes the answer of a fault that has one of its own.
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
