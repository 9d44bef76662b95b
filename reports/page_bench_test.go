package reports

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// pageTimes is what a person waits for who opens a report's page, in milliseconds.
type pageTimes struct {
	Paint  float64 `json:"paint"`  // until something is seen
	Ready  float64 `json:"ready"`  // until the list is there
	Search float64 `json:"search"` // the first, which also prepares all others
	Filter float64 `json:"filter"` // the slowest of the filters after it
}

// lookAtPage is evaluated in the page. A filter has ended when what it left has been
// painted: in the task after the next frame.
const lookAtPage = `(async () => {
	const painted = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
	const timed = async (act) => {
		await painted();
		const from = performance.now();
		act();
		await painted();
		return performance.now() - from;
	};
	const change = (node, event, value) => () => { node.value = value; node.dispatchEvent(new Event(event)); };
	const found = () => document.querySelector("#records .found").textContent;
	const paint = performance.getEntriesByName("first-contentful-paint")[0];
	if (!paint) throw new Error("nothing was painted");
	const ready = performance.getEntriesByType("navigation")[0].domComplete;
	const search = document.querySelector("#records input[type=search]");
	const host = document.querySelector("#records select[aria-label=Host]");
	const all = found();
	const first = await timed(change(search, "input", "gitlab7.example.org"));
	const others = [];
	for (const text of ["team 4217", "e", "nothing like it", ""]) others.push(await timed(change(search, "input", text)));
	others.push(await timed(change(host, "change", host.options[1].value)));
	if (found() === all) throw new Error("the filter left all there is");
	others.push(await timed(change(host, "change", "")));
	others.push(await timed(() => document.querySelector("#records .chips button").click()));
	if (found() === all) throw new Error("the chip left all there is");
	return { paint: paint.startTime, ready, search: first, filter: Math.max(...others) };
})()`

// patience is how long a browser may take for anything.
const patience = time.Minute

// BenchmarkPage looks at a report's page in a headless browser, if this machine has one. Each
// round has a browser of its own, as the page has for who opens it from a mail.
func BenchmarkPage(b *testing.B) {
	b.Run(fmt.Sprint(benchOutcomes, " records in a headless browser"), func(b *testing.B) {
		run, outcomes := madeRun(benchOutcomes)
		file := writeBenchReports(b, run, outcomes)
		info, err := os.Stat(file)
		if err != nil {
			b.Fatal(err)
		}
		var all []pageTimes
		for b.Loop() {
			times, err := lookAt(file)
			if errors.Is(err, exec.ErrNotFound) {
				b.Skip("there is no Chromium here")
			}
			if err != nil {
				b.Fatal(err)
			}
			all = append(all, times)
		}
		median := func(unit string, of func(pageTimes) float64) {
			slices.SortFunc(all, func(x, y pageTimes) int { return cmp.Compare(of(x), of(y)) })
			b.ReportMetric(of(all[len(all)/2]), unit)
		}
		b.ReportMetric(0, "ns/op")
		b.ReportMetric(float64(info.Size())/1e6, "MB")
		median("ms-to-the-first-paint", func(t pageTimes) float64 { return t.Paint })
		median("ms-to-the-list", func(t pageTimes) float64 { return t.Ready })
		median("ms-for-the-first-search", func(t pageTimes) float64 { return t.Search })
		median("ms-for-the-slowest-filter", func(t pageTimes) float64 { return t.Filter })
	})
}

// lookAt opens a file in a new browser, of which nothing is left. The error is
// [exec.ErrNotFound] where there is none to open it in.
func lookAt(file string) (times pageTimes, err error) {
	profile, err := os.MkdirTemp(filepath.Dir(file), "browser")
	if err != nil {
		return times, err
	}
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]), chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.NoFirstRun, chromedp.WSURLReadTimeout(patience), chromedp.UserDataDir(profile), chromedp.WindowSize(1280, 900),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true))
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	browser, quit := chromedp.NewContext(allocator)
	defer func() {
		quit()
		stop()
		err = errors.Join(err, os.RemoveAll(profile))
	}()
	if err := chromedp.Do(browser); err != nil { // starts it
		return times, err
	}
	// Waits for the process, so that its files can be removed; it would wait for ever for
	// one that did not start.
	defer func() { _ = chromedp.Cancel(browser) }()
	ctx, cancel := context.WithTimeout(browser, patience)
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.Navigate("file://"+filepath.ToSlash(file))); err != nil {
		return times, err
	}
	return chromedp.Run(ctx, chromedp.Evaluate[pageTimes](lookAtPage, chromedp.EvalAwaitPromise))
}
