//go:build browser

package main

import (
	"path/filepath"
	"slices"
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
	headings   = `[...document.querySelectorAll("#records .list thead th")].map(th => th.textContent)`
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
	browser, runs, pictures := newBrowser(t), newRuns(t), newPictures(t)
	for _, tt := range []struct {
		name  string
		page  func(*testing.T) string
		whole bool // it is short enough for a picture of all of it
		look  func(b *tab, page string)
	}{
		{"clean", runs.clean, true, lookAtClean},
		{"failing", runs.failing, true, lookAtFailing},
		{"refused", runs.refused, true, lookAtRefused},
		{"audit", runs.audit, true, lookAtAudit},
		{"plan", runs.plan, true, lookAtPlan},
		{"preflight", runs.preflight, true, lookAtPreflight},
		{"fleet", runs.fleet, true, lookAtFleet},
		{"large", runs.large, false, lookAtLarge},
	} {
		t.Run(tt.name, func(t *testing.T) {
			page := tt.page(t)
			b := newTab(t, browser)
			if pictures != "" {
				b.pictures = filepath.Join(pictures, tt.name+"-")
			}
			b.open(page, "")
			lookEverywhere(b, page, tt.whole)
			b.open(page, "")
			tt.look(b, page)
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
		until(b, `document.readyState`, "complete")
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
	if roles, all := b.nameless(); len(roles) > 0 || all < 2 {
		b.Errorf("of %d controls these have no name: %q", all, roles)
	}
	lookByKeyboard(b)
	pdf := do(b, chromedp.PrintToPDF())
	b.keep("print.pdf", pdf)
	if pages := strings.Count(string(pdf), "/Type /Page\n"); pages < 1 || pages > 60 {
		b.Errorf("printed on %d pages", pages)
	}
	b.scripts(false)
	defer b.scripts(true)
	b.open(page, "")
	if n := see[int](b, `[...document.querySelectorAll("table.plain tbody tr")].length`); n < 3 || n > 2100 {
		b.Errorf("without scripts there are %d rows", n)
	}
	b.shot("no-scripts", whole)
}

// lookByKeyboard goes with Tab to the first row of a list and opens it, or where a page has no list, to the first
// link of its table.
func lookByKeyboard(b *tab) {
	b.Helper()
	there := `!!document.activeElement.closest("main table a")`
	list := see[bool](b, `!!document.querySelector(".tools input")`)
	if list {
		b.slash()
		there = `!!document.activeElement.closest(".list tr.r")`
	}
	for range 40 {
		if see[bool](b, there) {
			break
		}
		b.press(kb.Tab)
	}
	until(b, there, true)
	if list {
		b.press(kb.Enter)
		until(b, `document.querySelectorAll(".list tr.detail").length`, 1)
		b.press(kb.Escape)
		until(b, `document.querySelectorAll(".list tr.detail").length`, 0)
	}
}

// lookAtClean goes from a picture to its records, and from a bar to its record. What a report has nothing for is not
// in it.
func lookAtClean(b *tab, page string) {
	all := see[int](b, rows)
	if headings := see[[]string](b, headings); slices.Contains(headings, "Cause") || slices.Contains(headings, "Changes") || !slices.Contains(headings, "HTTP") {
		b.Errorf("the columns are %q", headings)
	}
	if see[bool](b, `!!document.querySelector("#attention")`) {
		b.Error("a run without failures needs attention")
	}
	if unit := see[string](b, `document.querySelector(".chart p").textContent`); !strings.HasPrefix(unit, "records per ") {
		b.Errorf("the axis is of %q", unit)
	}
	b.click(`.legend button`)
	until(b, `document.querySelectorAll('.chips [aria-pressed="true"]').length`, 1)
	until(b, `location.hash`, "#r.state=created")
	b.click(`.bars a`)
	until(b, `document.querySelectorAll(".list tr.detail").length`, 1)
	until(b, opened+`.includes("Id on the server")`, true)
	b.shot("slowest-opened", true)
	if link := see[string](b, `location.hash`); !strings.Contains(link, "r.state=created&r") {
		b.Errorf("the address ends in %q", link)
	}
	if all < 20 {
		b.Errorf("only %d rows", all)
	}
}

// lookAtFailing begins with what failed, and why; copies the command that repeats it; and finds what was chosen in the
// address. A name that is a script stays text.
func lookAtFailing(b *tab, page string) {
	if cause := see[string](b, `document.querySelector("main section .cause").textContent`); cause != "Project with id=99999 does not exist" {
		b.Errorf("the page begins with %q", cause)
	}
	until(b, `[...document.querySelectorAll("#records .list tr.r .state")].findIndex(c => c.textContent !== "failed")`, 15)
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
	command := see[string](b, `document.querySelector(".more .command code").textContent`)
	if !strings.HasPrefix(command, "gijbulk import --sandbox=seed=7,429=5% --set=sendCommitEmails=true --settle=0s --match '^</script>") || !strings.HasSuffix(command, " failing.csv") {
		b.Errorf("the command is %q", command)
	}
	b.click(`.more .command button`)
	until(b, `["Copied", "Press Ctrl+C"].includes(document.querySelector(".more .command button").textContent)`, true)
	b.shot("opened", true)
	b.click(`.tools button`)
	until(b, found, "60 records")
	b.click(`.chips button:nth-child(1)`)
	until(b, found, "15 of 60 records")
	if hosts := see[[]string](b, `[...document.querySelector('select[aria-label=Host]').options].map(o => o.textContent)`); hosts[3] != "gitlab2.example.org (5)" {
		b.Errorf("the hosts are %q", hosts)
	}
	b.choose("Host", "gitlab4.example.org (5)")
	until(b, found, "5 of 60 records")
	b.shot("filtered", true)
	chosen := see[string](b, `location.hash`)
	b.open(page, chosen)
	until(b, found, "5 of 60 records")
	b.phone()
	until(b, `document.querySelector(".list").getBoundingClientRect().top + scrollY < 2 * innerHeight`, true)
	if shown := see[string](b, `document.querySelector(".list tr.r").innerText`); !strings.Contains(shown, "Project with id=99999 does not exist") {
		b.Errorf("a row on a phone is %q", shown)
	}
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
	if headings := see[[]string](b, headings); !slices.Contains(headings, "Changes") || slices.Contains(headings, "HTTP") || slices.Contains(headings, "Time") {
		b.Errorf("the columns are %q", headings)
	}
	b.click(`.list thead th:nth-child(2) button`)
	until(b, `document.querySelector('th[aria-sort="ascending"]').textContent`, "Name")
	sorted := see[[]string](b, shownNames)
	b.click(`.list thead th:nth-child(2) button`)
	until(b, `document.querySelector('th[aria-sort="descending"]').textContent`, "Name")
	if again := see[[]string](b, shownNames); again[0] != sorted[len(sorted)-1] || len(again) != len(sorted) {
		b.Errorf("sorted down %q, and up %q", again, sorted)
	}
	until(b, `location.hash`, "#r.sort=-name")
	b.click(`.chips button`)
	until(b, found, "11 of 24 records")
	b.click(`.list tr.r .name button`)
	until(b, `document.querySelector(".more ins")?.textContent`, "true")
	if command := see[string](b, `document.querySelector(".more .command code").textContent`); !strings.HasPrefix(command, "gijbulk audit --jira ") || !strings.Contains(command, " --set=sendCommitEmails=true --match ") {
		b.Errorf("the command is %q", command)
	}
	b.shot("changes", true)
}

// lookAtPlan reads what is to be approved: first what is deleted, the limits, and the command.
func lookAtPlan(b *tab, page string) {
	until(b, `document.querySelector("h1").textContent.startsWith("This plan would delete 2, update 1 and create 3 records on http://")`, true)
	until(b, `document.querySelector("#attention b").textContent`, "2 delete")
	until(b, `document.querySelectorAll("#attention .who a").length`, 2)
	until(b, `document.querySelector(".list tr.r .state").textContent`, "delete")
	until(b, `document.querySelector(".limits tr td:last-child").textContent`, "exceeded")
	until(b, `document.querySelector(".warning.bad").textContent.startsWith("gijbulk will refuse this plan: it would delete 2 of 12 integrations (16.7%), at most 1 ")`, true)
	if command := see[string](b, `document.querySelector(".next code").textContent`); !strings.HasPrefix(command, "gijbulk apply plan.json --jira http://") {
		b.Errorf("the command is %q", command)
	}
}

// lookAtPreflight finds which records list a repository.
func lookAtPreflight(b *tab, page string) {
	b.do(chromedp.SendKeys(chromedp.CSS(`#listings input[type=search]`), "acme/web"))
	until(b, `document.querySelector("#listings .found").textContent`, "2 of 4 rows")
	b.click(`#listings .list tr.r .name button`)
	until(b, `[...document.querySelectorAll("#listings .more a")].map(a => a.textContent).filter(t => /Acme|Web/.test(t)).length`, 2)
	until(b, `[...document.querySelectorAll("#records .list th")].some(th => th.textContent === "Lists")`, true)
	b.shot("found", true)
}

// lookAtFleet reads all of it on a phone without going sideways, and goes to the report of a target.
func lookAtFleet(b *tab, page string) {
	b.phone()
	until(b, `document.querySelector("tbody th").textContent`, "none")
	if hidden := see[int](b, `(() => { const table = document.querySelector(".wide"); return table.scrollWidth - table.clientWidth; })()`); hidden > 0 {
		b.Errorf("%d pixels of the targets are hidden", hidden)
	}
	// A click would replace the page while an expression is evaluated in it, which is an error.
	do(b, chromedp.Navigate(see[string](b, `document.querySelector("tbody a").href`)))
	until(b, `document.querySelector(".brand")?.textContent + " of " + location.pathname.split("/").slice(-2).join("/")`, "gijbulk audit of none/report.html")
}

// lookAtLarge finds its way in many records, with the keyboard alone, and by a link.
func lookAtLarge(b *tab, page string) {
	all := "1,200 records"
	until(b, found, all)
	if n := see[int](b, rows); n > 100 {
		b.Errorf("%d rows exist", n)
	}
	b.slash()
	b.press("team 00417")
	until(b, found, "1 of "+all)
	until(b, first, "Team 00417")
	// Tab goes on through what stands between the search and the list.
	for range 20 {
		if see[string](b, focused) == "Team 00417" {
			break
		}
		b.press(kb.Tab)
	}
	b.press(kb.Enter)
	until(b, opened+`.includes("record 418")`, true)
	until(b, `location.hash`, "#r.search=team+00417&r418")
	b.shot("found", false)
	b.press(kb.Escape)
	until(b, opened, "")
	until(b, focused, "Team 00417")

	b.open(page, "")
	until(b, found, all)
	b.do(chromedp.Focus(chromedp.CSS(`.list tr.r .name button`)))
	b.click(`.list thead th:nth-child(2) button`) // by name
	b.do(chromedp.Focus(chromedp.CSS(`.list tr.r .name button`)))
	for _, step := range []struct{ key, name string }{
		{kb.ArrowDown, "Team 00001"}, {kb.ArrowDown, "Team 00002"}, {kb.ArrowUp, "Team 00001"}, {kb.End, "Team 01199"},
		{kb.ArrowDown, "Team 01199"}, {kb.ArrowUp, "Team 01198"}, {kb.Home, "Team 00000"},
	} {
		b.press(step.key)
		until(b, focused, step.name)
	}
	b.choose("Host", "git7.example.org (30)")
	until(b, found, "30 of "+all)
	b.click(`.list thead th:nth-child(1) button`) // the worst first
	until(b, `document.querySelector(".list tr.r .state").textContent`, "failed")
	b.shot("sorted", false)

	b.open(page, "#r1043")
	until(b, opened+`.includes("Team 01042")`, true)
	until(b, `(() => { const box = document.querySelector(".list tr.detail").getBoundingClientRect(); return box.top > 0 && box.top < innerHeight; })()`, true)
	b.shot("link", false)
}

// do runs an action that gives nothing.
func (b *tab) do(action chromedp.Action[chromedp.Void]) {
	b.Helper()
	do(b, action)
}
