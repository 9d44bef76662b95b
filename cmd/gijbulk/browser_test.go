//go:build browser

package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// patience is how long a browser may take to start, or a page to come to what a test
// waits for: a machine may be busy.
const patience = 3 * time.Minute

// newBrowser starts a browser that nothing is left of, and that has no errand of its own.
func newBrowser(t *testing.T) context.Context {
	t.Helper()
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun, chromedp.WSURLReadTimeout(patience),
		chromedp.UserDataDir(t.TempDir()), chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true))
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, quit := chromedp.NewContext(allocator)
	t.Cleanup(func() {
		_ = chromedp.Cancel(ctx) // waits for the process, so that its files can be removed
		quit()
		stop()
	})
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("the browser does not start: %v", err)
	}
	return ctx
}

// tab shows one page, and fails its test where the page asks the network for anything,
// or has an error or a warning for the console.
type tab struct {
	*testing.T
	ctx      context.Context
	pictures string // how the paths of its pictures begin; "": none are kept

	mu       sync.Mutex
	problems []string
}

func newTab(t *testing.T, browser context.Context) *tab {
	t.Helper()
	ctx, closeTab := chromedp.NewContext(browser)
	b := &tab{T: t, ctx: ctx}
	if err := chromedp.Listen(ctx, b.hear); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		closeTab()
		b.mu.Lock()
		defer b.mu.Unlock()
		for _, p := range b.problems {
			t.Error(p)
		}
	})
	b.window(1280, 900, false)
	return b
}

// hear is called by the browser's events.
func (b *tab) hear(event any) {
	var problem string
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		if u := e.Request.URL; !strings.HasPrefix(u, "file:") && !strings.HasPrefix(u, "data:") {
			problem = "the page asks for " + u
		}
	case *runtime.EventExceptionThrown:
		problem = "exception: " + e.ExceptionDetails.Text
	case *runtime.EventConsoleAPICalled:
		problem = fmt.Sprintf("console.%s", e.Type)
	case *cdplog.EventEntryAdded:
		problem = fmt.Sprintf("console %s: %s", e.Entry.Level, e.Entry.Text)
	}
	if problem != "" {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.problems = append(b.problems, problem)
	}
}

// do runs an action, which must end in time, and gives its value.
func do[T any](b *tab, action chromedp.Action[T]) T {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	value, err := chromedp.Run(ctx, action)
	if err != nil {
		b.Fatal(err)
	}
	return value
}

// call sends a command of the browser's protocol.
func call[P, R any](b *tab, command cdp.Command[P, R], params P) R {
	b.Helper()
	return do(b, func(ctx context.Context, t *chromedp.Target) (R, error) { return cdp.Call(ctx, t, command, params) })
}

// open goes to a report, also where only what follows # changes.
func (b *tab) open(file, anchor string) {
	b.Helper()
	do(b, chromedp.Navigate("about:blank"))
	do(b, chromedp.Navigate("file://"+filepath.ToSlash(file)+anchor))
}

// window is as large as a person's, in CSS pixels.
func (b *tab) window(width, height int64, phone bool) {
	b.Helper()
	density := 1.0
	if phone {
		density = 2
	}
	call(b, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: height, DeviceScaleFactor: density, Mobile: phone})
}

// media is the medium, "" for the screen, and the colours that a person prefers.
func (b *tab) media(medium, colours string) {
	b.Helper()
	call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: medium,
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: colours}, {Name: "prefers-reduced-motion", Value: "reduce"}}})
}

// scripts switches those of pages on and off.
func (b *tab) scripts(on bool) {
	b.Helper()
	call(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !on})
}

// see evaluates an expression in the page.
func see[T any](b *tab, expression string) T {
	b.Helper()
	return do(b, chromedp.Evaluate[T](expression))
}

// until waits for an expression to be as wanted.
func until[T comparable](b *tab, expression string, want T) {
	b.Helper()
	deadline := time.Now().Add(patience)
	for {
		got := see[T](b, expression)
		if got == want {
			return
		}
		if time.Now().After(deadline) {
			b.shot("unexpected", false)
			b.Fatalf("%s is %v, want %v", expression, got, want)
		}
		time.Sleep(10 * time.Millisecond) // a browser cannot be waited for otherwise
	}
}

// press sends keys to whatever has the focus.
func (b *tab) press(keys ...string) {
	b.Helper()
	for _, k := range keys {
		do(b, chromedp.KeyEvent(k))
	}
}

// slash sends one as a keyboard does: the character only comes where the page has no use
// for the key, which chromedp's own key events do not regard.
func (b *tab) slash() {
	b.Helper()
	call(b, input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyDown, Key: "/", Text: "/"})
	call(b, input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyUp, Key: "/"})
}

func (b *tab) click(selector string) {
	b.Helper()
	do(b, chromedp.Click(chromedp.CSS(selector)))
}

// choose takes an option of a select, by what it says.
func (b *tab) choose(label, option string) {
	b.Helper()
	options := see[[]string](b, fmt.Sprintf(`(() => {
		const select = document.querySelector('select[aria-label=%q]');
		const option = [...select.options].find(o => o.textContent === %q);
		select.value = option?.value;
		select.dispatchEvent(new Event("change"));
		return [...select.options].map(o => o.textContent);
	})()`, label, option))
	if !slices.Contains(options, option) {
		b.Fatalf("%s has the options %q, not %q", label, options, option)
	}
}

// phone is as a person holds it.
func (b *tab) phone() {
	b.Helper()
	b.window(390, 844, true)
}

// newPictures is where pictures are kept, or "": they take longer than all that is checked.
func newPictures(t *testing.T) string {
	if f := flag.Lookup("test.artifacts"); f == nil || f.Value.String() != "true" {
		return ""
	}
	return t.ArtifactDir()
}

// shot keeps a picture of what is seen, or of the whole page.
func (b *tab) shot(name string, whole bool) {
	b.Helper()
	if b.pictures == "" {
		return
	}
	if whole {
		b.keep(name+".png", do(b, chromedp.FullScreenshot(100)))
	} else {
		b.keep(name+".png", do(b, chromedp.CaptureScreenshot()))
	}
}

func (b *tab) keep(name string, data []byte) {
	b.Helper()
	if b.pictures == "" {
		return
	}
	if err := os.WriteFile(b.pictures+name, data, 0o644); err != nil {
		b.Fatal(err)
	}
}

// nameless lists what a person can work with, or should be told of, that a screen reader
// has no name for; all is how many there are.
func (b *tab) nameless() (roles []string, all int) {
	b.Helper()
	for _, n := range call(b, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{}).Nodes {
		if n.Ignored || n.Role == nil {
			continue
		}
		switch role := strings.Trim(n.Role.Value.String(), `"`); role {
		case "button", "link", "searchbox", "combobox", "textbox", "columnheader", "table", "image", "region":
			all++
			if n.Name == nil || strings.Trim(n.Name.Value.String(), `" `) == "" {
				roles = append(roles, role)
			}
		}
	}
	return roles, all
}
