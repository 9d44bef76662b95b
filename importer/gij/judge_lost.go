package gij

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"

	"gijbulk/schema"
)

func judgeLost(a answer) *Error {
	var dns *net.DNSError
	switch {
	case errors.Is(a.err, http.ErrSchemeMismatch) || isA[tls.RecordHeaderError](a.err):
		return a.withCause(a.stop(schema.StopTarget, "the server does not speak TLS here", "use http:// in the base URL, or the port that speaks https"))
	case wantsClientCert(a.err):
		return a.withCause(a.stop(schema.StopTarget, "the server aborted the TLS handshake", NeedClientCert))
	case isBadCertificate(a.err) || a.unsent && isTLSAlert(a.err):
		return a.withCause(a.stop(schema.StopTarget, "TLS failed", NeedCA))
	case errors.As(a.err, &dns) && dns.IsNotFound:
		return a.withCause(a.stop(schema.StopTarget, "no such host", NeedHost))
	case a.unsent:
		return a.withCause(a.fail(schema.ClassNotDone, "no connection", ""))
	case a.overdue:
		return judgeOverdue(a)
	}
	return a.withCause(a.fail(a.unansweredClass(), "the connection was lost before the answer", ""))
}

func judgeOverdue(a answer) *Error {
	e := a.fail(a.unansweredClass(), "Jira did not answer in time", "")
	if late, ok := errors.AsType[timeoutError](a.err); ok {
		e.Text = "Jira did not answer within " + inSeconds(late.limit)
	} else {
		e.Err = a.maskedError(a.err)
	}
	if !a.effect.writes() {
		e.Need = NeedLongerTimeout
	}
	return e
}

func isA[E error](err error) bool {
	var e E
	return errors.As(err, &e)
}

func isBadCertificate(err error) bool {
	return isA[*tls.CertificateVerificationError](err) || isA[x509.UnknownAuthorityError](err) ||
		isA[x509.HostnameError](err) || isA[x509.CertificateInvalidError](err)
}

// isTLSAlert recognises a handshake that one side gave up: crypto/tls wraps its alerts so.
func isTLSAlert(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && (op.Op == "remote error" || op.Op == "local error")
}

// wantsClientCert recognises the alerts about our certificate. In TLS 1.3 they arrive after
// the request has left, and still mean that nobody has read it.
func wantsClientCert(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "remote error" && strings.Contains(err.Error(), "certificate")
}

func isConnectError(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial" || isA[*net.DNSError](err)
}

// judgeRedirect judges an answer that sends us elsewhere. It is never followed: the
// credentials belong to one host, and a POST would arrive as something else.
func judgeRedirect(a answer) *Error {
	to, err := a.url.Parse(a.header.Get("Location"))
	if err != nil || a.header.Get("Location") == "" || to.Scheme != "http" && to.Scheme != "https" {
		return a.stop(schema.StopTarget, "a redirect, which is not followed", NeedBaseURL)
	}
	shown := a.maskedLine(to.Scheme + "://" + to.Host + to.EscapedPath()) // a query may hold a login's token
	if base, moved := strings.CutSuffix(shown, a.call); moved {
		return a.stop(schema.StopTarget, "a redirect to "+shown+", which is not followed", Need("use the base URL "+base))
	}
	if isLoginURL(to) {
		return a.stop(schema.StopCredentials, "a redirect to the login page "+shown, NeedCredentials)
	}
	return a.stop(schema.StopTarget, "a redirect to "+shown+", which is not followed", NeedBaseURL)
}

func isLoginURL(u *url.URL) bool {
	s := strings.ToLower(u.Path + "?" + u.RawQuery)
	for _, sign := range []string{"login", "signin", "sso", "saml", "oauth", "os_destination", "permissionviolation"} {
		if strings.Contains(s, sign) {
			return true
		}
	}
	return false
}

// deniedReason is where Jira says that an account is locked behind a CAPTCHA:
// "CAPTCHA_CHALLENGE; login-url=…".
const deniedReason = "X-Authentication-Denied-Reason"

func isCaptcha(h http.Header) bool {
	return strings.Contains(strings.ToUpper(h.Get(deniedReason)), "CAPTCHA")
}

func (a answer) captchaHint() Need {
	h := a.header
	where := "at Jira's login page"
	if _, after, ok := strings.Cut(h.Get(deniedReason), "login-url="); ok {
		after, _, _ = strings.Cut(after, ";")
		if u, err := url.Parse(strings.TrimSpace(after)); err == nil && (u.Scheme == "http" || u.Scheme == "https") {
			u.User = nil
			where = "at " + a.maskedLine(u.String())
		}
	}
	return Need("log in once as this user in the browser " + where + ", then check the password or token before the next run")
}
