package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"net/http"
)

// A refusal is the app's own "no": HTTP 200 with success false and a text for people.
type refusal struct {
	message string
	advice  string
}

func (e *refusal) Error() string { return e.message }

func noSuchID(id int64) error {
	return &refusal{fmt.Sprintf("Repository with id=%d does not exist", id), "Please try again with an existing repository id."}
}

// A rejection is the framework's "no", given before the app saw the request: an HTTP status and a page of HTML.
type rejection struct {
	status int
	text   string
}

func (e *rejection) Error() string { return e.text }

// call turns a function that answers or fails into a handler. Errors that are neither refusal nor rejection are trouble
// of the sandbox itself.
func (s *Server) call(f func(*http.Request) (answer any, err error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		answer, err := f(r)
		if err == nil {
			writeJSON(w, answer)
			return
		}
		var no *refusal
		var bad *rejection
		switch {
		case errors.As(err, &no):
			writeJSON(w, struct {
				Success bool   `json:"success"`
				Error   string `json:"error"`
				Advice  string `json:"advice"`
			}{false, no.message, no.advice})
		case errors.As(err, &bad):
			writeHTML(w, bad.status, bad.text)
		default:
			writeTrouble(w, err)
		}
	}
}

func writeTrouble(w http.ResponseWriter, err error) {
	http.Error(w, "sandbox: "+err.Error(), http.StatusInternalServerError)
}

const jsonType = "application/json;charset=UTF-8"

func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", jsonType)
	// The writer is a recorder: the only possible error is a type that cannot be encoded, which the tests would show.
	_ = newEncoder(w).Encode(v)
}

func newEncoder(w http.ResponseWriter) *json.Encoder {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc
}

func writeHTML(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/html;charset=UTF-8")
	w.WriteHeader(status)
	fmt.Fprintf(w, "<!doctype html>\n<html><head><title>%d %s</title></head><body><h1>HTTP Status %d</h1><p>%s</p></body></html>\n",
		status, http.StatusText(status), status, html.EscapeString(text))
}

func writeForbidden(w http.ResponseWriter) {
	writeHTML(w, http.StatusForbidden, "Forbidden: only Jira administrators may do this.")
}

func writeLoginPage(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/html;charset=UTF-8")
	fmt.Fprint(w, `<!doctype html>
<html><head><title>Log in - Jira</title></head><body><h1>Welcome to Jira</h1>
<form action="login.jsp" method="post"><input name="os_username"><input name="os_password" type="password"></form></body></html>
`)
}
