package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"syscall"

	"gijbulk/cmd/gijbulk/config"
	"gijbulk/importer/engine"
	"gijbulk/importer/gij"
	"gijbulk/importer/journal"
	"gijbulk/reports"
	"gijbulk/schema"
)

// The exit codes.
const (
	exitDone        = 0
	exitError       = 1
	exitDrift       = 2
	exitFailed      = 3
	exitTemporary   = 5
	exitManifest    = 6
	exitUnsafe      = 7
	exitLimit       = 8
	exitTarget      = 10
	exitLocked      = 11
	exitCredentials = 12
	exitUsage       = 64
	exitInterrupted = 130
	exitTerminated  = 143
)

// exitHelp is the help topic exit-codes.
const exitHelp = `Exit codes:
  0    all done
  1    an unexpected internal or system error
  2    audit, plan, --dry-run: there is drift, nothing was changed;
       discover --check: the manifest differs from the hosts
  3    the run ended; some records failed, are in conflict or unknown;
       list --indexing-errors: there are some
  5    a temporary failure (429, 503, no connection, no answer in time) and
       nothing else failed: run the same command later
  6    the manifest has errors; nothing was sent
  7    a safety limit refused the plan, it is not the approved one, or it was
       not confirmed; nothing was sent
  8    a limit was reached (--max-failures, --max-duration, --canary): gijbulk
       resume continues
  10   the target was not found (its name does not resolve, it is not Jira, the
       app is not there)
  11   another run has locked this target
  12   credentials refused, or not an administrator
  64   invalid command line
  130  interrupted (143: terminated); the reports of a run are written, and
       gijbulk resume continues it`

// failure is an error with the exit code it deserves and what to do about it.
type failure struct {
	code int
	err  error
	hint string
	said bool // everything has been printed already
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

func usage(format string, args ...any) *failure {
	return &failure{code: exitUsage, err: fmt.Errorf(format, args...)}
}

func (f *failure) hinted(format string, args ...any) *failure {
	f.hint = fmt.Sprintf(format, args...)
	return f
}

func said(code int) error {
	if code == exitDone {
		return nil
	}
	return &failure{code: code, err: errors.New("exit"), said: true}
}

func codeOf(err error) (code int, hint string) {
	var fail *failure
	var sig interrupted
	var limit *engine.LimitReached
	var stop *engine.Stopped
	var restored *engine.Restored
	var api *gij.Error
	var held *journal.Held
	var state *journal.Error
	var none *journal.NoRun
	var unwritten *reports.Unwritten
	switch {
	case errors.As(err, &limit):
		return exitLimit, ""
	case errors.As(err, &none):
		return exitUsage, "gijbulk runs lists the runs"
	case err == nil:
		return exitDone, ""
	case errors.As(err, &fail):
		return fail.code, fail.hint
	case errors.As(err, &sig):
		return sig.code(), ""
	case errors.As(err, &restored):
		return codeOfRestored(restored), "give the command that began the run again: it makes a new plan"
	case errors.As(err, &stop):
		return codeOfStop(stop.Reason()), withNeed(gij.Need(stop.Outcome.Advice))
	case errors.As(err, &api):
		return codeOfAPI(api), cmp.Or(api.Advice, withNeed(api.Need), hintOf(codeOfAPI(api)))
	case errors.As(err, &held):
		return exitLocked, "wait for it, or give --lock-timeout"
	case errors.As(err, &unwritten):
		return exitError, hintOfReport(unwritten)
	case errors.As(err, &state):
		return codeOfState(state.Kind), hintOfState(state)
	case errors.Is(err, context.Canceled):
		return exitInterrupted, ""
	}
	return exitError, ""
}

// needOf is what the client needs to get over an error, or "".
func needOf(err error) gij.Need {
	if stop, ok := errors.AsType[*engine.Stopped](err); ok {
		return gij.Need(stop.Outcome.Advice)
	}
	if api, ok := errors.AsType[*gij.Error](err); ok && api.Advice == "" {
		return api.Need
	}
	return ""
}

// afterSignal replaces an error that only a signal can have caused by that signal: what it
// cancelled fails in many ways, which mean nothing to people.
func afterSignal(ctx context.Context, err error) error {
	sig, ok := errors.AsType[interrupted](context.Cause(ctx))
	if !ok || err == nil {
		return err
	}
	if _, ok := errors.AsType[*reports.Unwritten](err); ok {
		return err
	}
	if state, ok := errors.AsType[*journal.Error](err); ok && state.Kind != journal.KindOther && state.Kind != journal.KindIO && !errors.Is(err, context.Canceled) {
		return err
	}
	if code, _ := codeOf(err); code == exitError || code == exitTemporary || errors.Is(err, context.Canceled) {
		return sig
	}
	return err
}

func codeOfState(k journal.ErrorKind) int {
	switch k {
	case journal.KindURL, journal.KindPassword, journal.KindKeyShort, journal.KindUsed:
		return exitUsage
	}
	return exitError
}

func codeOfStop(reason schema.Stop) int {
	switch reason {
	case schema.StopCredentials:
		return exitCredentials
	case schema.StopTarget:
		return exitTarget
	case schema.StopBusy:
		return exitTemporary
	}
	return exitError
}

// isRestored reports whether an error says that nothing which a run knows of ids counts any more.
func isRestored(err error) bool {
	_, restored := errors.AsType[*engine.Restored](err)
	return restored
}

func codeOfRestored(err *engine.Restored) int {
	if err.Sent {
		return exitFailed
	}
	return exitUnsafe
}

func codeOfAPI(err *gij.Error) int {
	if err.Stop != schema.StopNone {
		return codeOfStop(err.Stop)
	}
	if err.Class == schema.ClassNotDone || err.Class == schema.ClassUnknown {
		return exitTemporary
	}
	return exitError
}

// hintOf is what to do about an answer that comes with no advice.
func hintOf(code int) string {
	if code == exitTemporary {
		return "the server may be busy or restarting; give the same command again later"
	}
	return ""
}

func (a *app) complain(err error) {
	var fail *failure
	if err == nil || errors.As(err, &fail) && fail.said || readerHasEnded(err) {
		return
	}
	if invalid, ok := errors.AsType[config.Errors](err); ok {
		a.complaint = strings.ReplaceAll(err.Error(), "\n", "; ")
		for _, e := range invalid {
			reports.ErrorText(a.stderr, e.Error(), e.Advice, a.page(a.stderrIsTerminal))
		}
		return
	}
	code, hint := codeOf(err)
	if need := needOf(err); fail == nil && need != "" && a.profile != nil {
		hint = withTarget(need, *a.profile)
	}
	text := strings.ReplaceAll(err.Error(), "\n", "; ") // between errors that were joined
	if limit, ok := errors.AsType[*engine.LimitReached](err); ok {
		text = withLimit(limit)
	}
	a.complaint = a.mask.HideSaid(text)
	if a.log != nil && a.log.json {
		a.log.error(text, "hint", hint, "exit", code)
		return
	}
	reports.ErrorText(a.stderr, a.complaint, a.mask.HideSaid(hint), a.page(a.stderrIsTerminal))
}

// readerHasEnded reports whether somebody reads an output no further, as head does. A lost connection may
// have the same cause.
func readerHasEnded(err error) bool {
	_, lost := errors.AsType[*net.OpError](err)
	return errors.Is(err, syscall.EPIPE) && !lost
}

func worstExit(codes []int) int {
	for _, bad := range []int{exitError, exitCredentials, exitTarget, exitLocked, exitUsage, exitManifest, exitUnsafe, exitInterrupted, exitTerminated,
		exitFailed, exitLimit, exitTemporary, exitDrift} {
		if slices.Contains(codes, bad) {
			return bad
		}
	}
	return exitDone
}

func resultOf(code int) string {
	return map[int]string{exitDone: "done", exitError: "error", exitDrift: "drift", exitFailed: "some failed", exitTemporary: "temporary failure",
		exitManifest: "manifest has errors", exitUnsafe: "plan refused", exitLimit: "limit reached", exitTarget: "target not found", exitLocked: "locked",
		exitCredentials: "credentials refused", exitUsage: "invalid settings", exitInterrupted: "interrupted", exitTerminated: "terminated"}[code]
}
