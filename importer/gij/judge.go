package gij

import (
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"strings"

	"gijbulk/schema"
)

// What to do about the app and its permissions, for which there are no flags.
const (
	hintAdmin = "use an account with the global permission Jira Administrators or Manage Git Integration for Jira; a proxy in between must pass on X-Atlassian-Token"
	hintApp   = "install or enable the app Git Integration for Jira there, or check the base URL with its context path"
)

// appPath is where the app's own calls lie below the base URL.
const appPath = "/rest/gitplugin/"

// judge decides what an answer means; nil: it was accepted. It is a pure function, and the
// only place that decides this. Doubt falls on the safe side: a write that may have
// happened is unknown, a read is worth another attempt.
func judge(a answer) *Error {
	switch {
	case a.status == 0:
		return judgeLost(a)
	case isCaptcha(a.header):
		return a.stop(schema.StopCredentials, "Jira wants a CAPTCHA to be solved before it takes these credentials", a.captchaHint())
	case a.status >= 200 && a.status < 300:
		return judgeBody(a)
	case a.status >= 300 && a.status < 400:
		return judgeRedirect(a)
	}
	return judgeStatus(a)
}

func judgeStatus(a answer) *Error {
	text, advice := a.serverText()
	if text == "" {
		text = strings.ToLower(http.StatusText(a.status))
	}
	switch a.status {
	case http.StatusUnauthorized:
		return a.stop(schema.StopCredentials, "the credentials were refused", NeedCredentials)
	case http.StatusForbidden:
		return a.stop(schema.StopCredentials, "neither a Jira administrator nor a manager of the app, or the XSRF check refused it", hintAdmin)
	case http.StatusProxyAuthRequired:
		return a.stop(schema.StopTarget, "the proxy wants credentials of its own", NeedProxy)
	case http.StatusTooManyRequests:
		return a.fail(schema.ClassNotDone, text, advice)
	case http.StatusRequestTimeout:
		return a.fail(a.unansweredClass(), text, advice)
	case http.StatusServiceUnavailable:
		if isJiraUnavailable(a.body) {
			return a.fail(schema.ClassNotDone, text, advice)
		}
	}
	switch {
	case a.status >= 500:
		return a.fail(a.unansweredClass(), text, advice)
	case a.status >= 400 && a.effect.writes():
		return a.refuse(text, advice)
	case a.status == http.StatusNotFound && a.effect == seeks:
		return a.fail(schema.ClassRefused, text, "")
	case a.status >= 400 && strings.HasPrefix(a.call, appPath):
		return a.stop(schema.StopTarget, "this Jira does not have the app's API", hintApp)
	}
	return a.stop(schema.StopTarget, "this is not Jira's API", NeedBaseURL)
}

// judgeBody judges what came with 2xx, which by itself says nothing: a refusal, a login
// page or half an answer can all arrive so.
func judgeBody(a answer) *Error {
	switch {
	case errors.Is(a.err, errTooLarge) && !a.effect.writes():
		return a.withCause(a.fail(schema.ClassRefused, "the answer cannot be used", ""))
	case a.err != nil:
		return a.withCause(a.fail(a.unansweredClass(), "the answer was cut off", ""))
	case firstByte(a.body) == '<':
		return judgePage(a)
	case !strings.HasPrefix(a.call, appPath):
		return judgeJSON(a, json.Valid(a.body))
	case a.garbled != nil:
		return judgeJSON(a, false)
	}
	switch ok, said := a.reply.success(); {
	case !said && a.isBareRepository():
		return nil
	case !said && a.effect.writes():
		return a.fail(schema.ClassUnknown, "the answer does not say whether the request succeeded", "")
	case !said:
		return a.stop(schema.StopTarget, "the answer is not one of Git Integration for Jira", hintApp)
	case !ok:
		text, advice := a.serverText()
		if text == "" {
			text = "the server refused the request without a reason"
		}
		return a.refuse(text, advice)
	}
	return nil
}

// isBareRepository reports whether an answer to a write is the repository itself, without the frame
// that all others have: what a create or an update of one is answered with. Only its id
// says that it worked.
func (a answer) isBareRepository() bool {
	if a.call != repositoryPath || a.effect != adds && a.effect != sets {
		return false
	}
	_, err := decodeID(a.reply.ID)
	text, _ := a.serverText()
	return err == nil && text == ""
}

// judgeJSON judges an answer by whether it is JSON at all. What begins like it may have
// been cut where no length was announced; what does not never came from Jira.
func judgeJSON(a answer, valid bool) *Error {
	switch start := firstByte(a.body); {
	case valid:
		return nil
	case a.effect.writes():
		return a.fail(schema.ClassUnknown, "the answer cannot be read as JSON", "")
	case start == '{' || start == '[':
		return a.fail(schema.ClassNotDone, "the answer cannot be read as JSON; it may have been cut off", "")
	}
	return a.stop(schema.StopTarget, "this is not Jira's API", NeedBaseURL)
}

// judgePage judges a page with status 200. Below the app's path that means not logged in;
// elsewhere only if it looks like a login page.
func judgePage(a answer) *Error {
	title := a.pageWords()
	if strings.HasPrefix(a.call, appPath) || a.isLoginPage() {
		return a.stop(schema.StopCredentials, "not logged in: the answer is a page, not data: "+title, NeedCredentials)
	}
	return a.stop(schema.StopTarget, "the answer is a page, not data of Jira: "+title, NeedBaseURL)
}

func (a answer) isLoginPage() bool {
	return loginForm.Match(a.body[:min(len(a.body), longestPage)]) || loginTitle.MatchString(a.pageWords())
}

var (
	loginForm  = regexp.MustCompile(`(?i)os_username|login-form|SAMLRequest|type=["']?password`)
	loginTitle = regexp.MustCompile(`(?i)\b(log ?in|log ?on|sign ?in)\b`)
)

// isJiraUnavailable recognises a 503 that Jira itself gave, before it did anything: the
// JSON of its REST layer, or of its status page while it starts. A proxy's 503 may hide
// an answer that was lost behind it, whatever its page says about Jira.
func isJiraUnavailable(body []byte) bool {
	var m struct {
		Messages []string `json:"errorMessages"`
		Code     int      `json:"status-code"`
		State    string   `json:"state"`
	}
	return json.Unmarshal(body, &m) == nil && (len(m.Messages) > 0 || m.Code == http.StatusServiceUnavailable || m.State != "")
}

// refuse is the failure of what the server will not do. That it cannot remove what is not
// there is none.
func (a answer) refuse(text, advice string) *Error {
	if a.effect == removes && a.saysNotFound() {
		return nil
	}
	return a.fail(schema.ClassRefused, text, advice)
}

// saysNotFound reports whether the app says that what the request is about is not there: in words,
// or with a 404 of its own. Jira's own 404 says only that it does not know the call.
func (a answer) saysNotFound() bool {
	if a.garbled != nil {
		return false
	}
	ok, said := a.reply.success()
	a.mask = nil // it is not shown
	text, _ := a.serverText()
	return !ok && (said && a.status == http.StatusNotFound || noSuch.MatchString(text))
}

// noSuch finds the app's "Repository with id=5 does not exist", said of integrations too.
var noSuch = regexp.MustCompile(`(?i)\b(repository|integration)( with)?( id)?\W*\d* does not exist\b`)

// mayRetry reports whether another attempt may be made: at what was certainly not done, and at
// what may have been done where doing it twice comes to the same.
func (a answer) mayRetry() bool {
	if a.failure == nil {
		return false
	}
	class := a.failure.Class
	return class == schema.ClassNotDone || class == schema.ClassUnknown && a.effect.isRepeatable()
}

func (a answer) unansweredClass() schema.Class {
	if a.effect.writes() {
		return schema.ClassUnknown
	}
	return schema.ClassNotDone
}

func (a answer) fail(c schema.Class, text, advice string) *Error {
	return &Error{Class: c, Method: a.method, Path: a.call, Status: a.status, Text: text, Advice: advice}
}

func (a answer) stop(s schema.Stop, text string, need Need) *Error {
	e := a.fail(schema.ClassStop, text, "")
	e.Stop, e.Need = s, need
	return e
}

func (a answer) withCause(e *Error) *Error {
	e.Err = a.maskedError(a.err)
	return e
}
