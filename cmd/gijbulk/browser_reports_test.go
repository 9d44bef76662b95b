//go:build browser

package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// What tests look at on a page.
const (
	found      = `document.querySelector(".found").textContent`
	shownNames = `[...document.querySelectorAll("#records .list tr.r .name")].map(c => c.textContent)`
	first      = shownNames + `[0]`
	opened     = `(document.querySelector(".list tr.detail")?.textContent ?? "")`
	focused    = `document.activeElement.textContent`
	rows       = `document.querySelectorAll(".list tr.r").length`
	overflow   = `document.documentElement.scrollWidth - innerWidth`
)

// faint lists texts that stand out too little from what is behind them: less than 4.5 to
// 1, which WCAG 2.2 asks for (AA, 1.4.3).
const faint = `(() => {
	const parse = c => c.match(/[\d.]+/g).map(Number);
	const light = c => { const [r, g, b] = c.map(v => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4); return .2126 * r + .7152 * g + .0722 * b; };
	const behind = e => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor); if (c.length < 4 || c[3] > 0) return c; } return [255, 255, 255]; };
	const bad = new Set();
	const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	for (let n; n = walk.nextNode();) {
		const e = n.parentElement;
		if (!n.data.trim() || !e.checkVisibility() || e.closest("svg, script, noscript, .unseen, .skip")) continue;
		const [a, b] = [light(parse(getComputedStyle(e).color).slice(0, 3)), light(behind(e).slice(0, 3))];
		const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
		if (ratio < 4.5) bad.add(e.tagName + "." + e.className + " " + ratio.toFixed(2) + ": " + n.data.trim().slice(0, 40));
	}
	return [...bad];
})()`

// TestReportsInABrowser opens the pages of real runs as people do, and keeps pictures of
// them (go test -artifacts; make browser).
func TestReportsInABrowser(t *testing.T) {
	browser, runs, artifacts := newBrowser(t), newRuns(t), t.ArtifactDir()
	for _, tt := range []struct {
		name  string
		page  string
		whole bool // it is short enough for a picture of all of it
		look  func(b *tab, page string)
	}{
		{"demo", runs.demo(t), true, lookAtDemo},
		{"failing", runs.failing(t), true, lookAtFailing},
		{"refused", runs.refused(t), true, lookAtRefused},
		{"audit", runs.audit(t), true, lookAtAudit},
		{"large", runs.large(t), false, lookAtLarge},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newTab(t, browser)
			b.pictures = filepath.Join(artifacts, tt.name+"-")
			b.open(tt.page, "")
			lookEverywhere(b, tt.page, tt.whole)
			b.open(tt.page, "")
			tt.look(b, tt.page)
		})
	}
}

// lookEverywhere is what every page must stand: two colour schemes, a phone, paper, a
// screen reader, and no scripts.
func lookEverywhere(b *tab, page string, whole bool) {
	b.Helper()
	for _, view := range []struct {
		name, medium, colours string
		width, height         int64
		phone                 bool
	}{
		{"light", "", "light", 1280, 900, false},
		{"dark", "", "dark", 1280, 900, false},
		{"phone", "", "light", 390, 844, true},
		{"phone-dark", "", "dark", 390, 844, true},
	} {
		b.window(view.width, view.height, view.phone)
		b.media(view.medium, view.colours)
		b.scrollTo(".list")
		until(b, rows+" > 0", true)
		if wide := see[int](b, overflow); wide > 0 {
			b.Errorf("%s: the page is %d pixels wider than the window", view.name, wide)
		}
		for _, text := range see[[]string](b, faint) {
			b.Errorf("%s: faint %s", view.name, text)
		}
		b.shot(view.name, whole)
	}
	b.window(1280, 900, false)
	b.media("", "light")
	if roles, all := b.nameless(); len(roles) > 0 || all < 20 {
		b.Errorf("of %d controls these have no name: %q", all, roles)
	}
	pdf := do(b, chromedp.PrintToPDF())
	b.keep("print.pdf", pdf)
	if pages := strings.Count(string(pdf), "/Type /Page\n"); pages < 1 || pages > 60 {
		b.Errorf("printed on %d pages", pages)
	}
	b.scripts(false)
	defer b.scripts(true)
	b.open(page, "")
	if n := see[int](b, `[...document.querySelectorAll("noscript table.plain tbody tr")].length`); n < 10 || n > 2000 {
		b.Errorf("without scripts there are %d rows", n)
	}
	b.shot("no-scripts", whole)
}

// lookAtDemo goes from a picture to its records, and from a bar to its record.
func lookAtDemo(b *tab, page string) {
	all := see[int](b, rows)
	b.click(`.legend button`)
	until(b, `document.querySelectorAll('.chips [aria-pressed="true"]').length`, 1)
	b.click(`.bars a`)
	until(b, `document.querySelectorAll(".list tr.detail").length`, 1)
	until(b, opened+`.includes("Id on the server")`, true)
	b.shot("slowest-opened", true)
	if link := see[string](b, `location.hash`); !strings.HasPrefix(link, "#r") {
		b.Errorf("the address ends in %q", link)
	}
	if all < 20 {
		b.Errorf("only %d rows", all)
	}
}

// lookAtFailing reads why a record failed and copies the command that mends it; a name
// that is a script stays text.
func lookAtFailing(b *tab, page string) {
	b.do(chromedp.SendKeys(chromedp.CSS(`#records input[type=search]`), "<script>"))
	until(b, found, "2 of 60 records")
	b.click(`.list tr.r .name button`)
	until(b, opened+`.includes("Project with id=99999 does not exist")`, true)
	if name := see[string](b, first); name != hostileName+" 0" {
		b.Errorf("the name is shown as %q", name)
	}
	if title := see[string](b, `document.title`); title == "taken" {
		b.Error("a display name ran as a script")
	}
	if command := see[string](b, `document.querySelector(".command code").textContent`); !strings.HasPrefix(command, "gijbulk import failing.csv --match '^</script>") {
		b.Errorf("the command is %q", command)
	}
	b.click(`.command button`)
	until(b, `["Copied", "Press Ctrl+C"].includes(document.querySelector(".command button").textContent)`, true)
	b.shot("opened", true)
	b.click(`.tools button`)
	until(b, found, "60 records")
	b.click(`.chips button:nth-child(2)`)
	until(b, found, "15 of 60 records")
	b.choose("Host", "gitlab1.example.org (20)")
	until(b, found, "5 of 60 records")
	b.shot("filtered", true)
}

// lookAtRefused works with the findings of a manifest.
func lookAtRefused(b *tab, page string) {
	until(b, found, "39 findings")
	b.click(`#findings .chips button`)
	until(b, found, "32 of 39 findings")
	b.click(`#findings .tools button`)
	b.choose("Field", "origin (6)")
	b.open(page, "#f3")
	until(b, opened+`.includes("gijbulk validate --explain ")`, true)
	b.shot("finding", true)
}

// lookAtAudit reads what differs, field by field.
func lookAtAudit(b *tab, page string) {
	b.click(`.list thead th:nth-child(2) button`)
	until(b, `document.querySelector('th[aria-sort="ascending"]').textContent`, "Name")
	sorted := see[[]string](b, shownNames)
	b.click(`.list thead th:nth-child(2) button`)
	until(b, `document.querySelector('th[aria-sort="descending"]').textContent`, "Name")
	if again := see[[]string](b, shownNames); again[0] != sorted[len(sorted)-1] || len(again) != len(sorted) {
		b.Errorf("sorted down %q, and up %q", again, sorted)
	}
	b.choose("Action", "update (11)")
	until(b, found, "11 of 24 records")
	b.click(`.list tr.r .name button`)
	until(b, `document.querySelector(".more ins")?.textContent`, "true")
	b.shot("changes", true)
}

// lookAtLarge finds its way in many records, with the keyboard alone, and by a link.
func lookAtLarge(b *tab, page string) {
	all := "50,000 records"
	until(b, found, all)
	if n := see[int](b, rows); n > 100 {
		b.Errorf("%d rows exist", n)
	}
	b.slash()
	b.press("team 04217")
	until(b, found, "1 of "+all)
	until(b, first, "Team 04217")
	// Tab goes on through what stands between the search and the list.
	for range 20 {
		if see[string](b, focused) == "Team 04217" {
			break
		}
		b.press(kb.Tab)
	}
	b.press(kb.Enter)
	until(b, opened+`.includes("record 4,218")`, true)
	until(b, `location.hash`, "#r4218")
	b.shot("found", false)
	b.press(kb.Escape)
	until(b, opened, "")
	until(b, focused, "Team 04217")

	b.open(page, "")
	until(b, found, all)
	b.do(chromedp.Focus(chromedp.CSS(`.list tr.r .name button`)))
	for _, step := range []struct{ key, name string }{
		{kb.ArrowDown, "Team 00001"}, {kb.ArrowDown, "Team 00002"}, {kb.ArrowUp, "Team 00001"}, {kb.End, "Team 49999"},
		{kb.ArrowDown, "Team 49999"}, {kb.ArrowUp, "Team 49998"}, {kb.Home, "Team 00000"},
	} {
		b.press(step.key)
		until(b, focused, step.name)
	}
	b.choose("Host", "git7.example.org (1,250)")
	until(b, found, "1,250 of "+all)
	b.click(`.list thead th:nth-child(1) button`) // the worst first
	until(b, `document.querySelector(".list tr.r .state").textContent`, "failed")
	b.shot("sorted", false)

	b.open(page, "#r43210")
	until(b, opened+`.includes("Team 43209")`, true)
	until(b, `(() => { const box = document.querySelector(".list tr.detail").getBoundingClientRect(); return box.top > 0 && box.top < innerHeight; })()`, true)
	b.shot("link", false)
}

// do runs an action that gives nothing.
func (b *tab) do(action chromedp.Action[chromedp.Void]) {
	b.Helper()
	do(b, action)
}
