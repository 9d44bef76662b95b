package reports

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gijbulk/schema"
)

func htmlOf(t *testing.T, run schema.Run, results ...schema.Result) string {
	t.Helper()
	var b bytes.Buffer
	if err := FormatHTML.Renderer()(&b, run, results); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// between is the text between two others, the first of their kind.
func between(t *testing.T, s, from, to string) string {
	t.Helper()
	_, rest, ok := strings.Cut(s, from)
	inside, _, ok2 := strings.Cut(rest, to)
	if !ok || !ok2 {
		t.Fatalf("nothing stands between %q and %q", from, to)
	}
	return inside
}

// pageData reads a page's data back, as its script does.
func pageData(t *testing.T, page string) (words, names []string, records, findings [][]any) {
	t.Helper()
	var data struct {
		Words, Names      []string
		Records, Findings [][]any
	}
	text := between(t, page, `<script type="application/json" id="data">`, "</script>")
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(&data); err != nil {
		t.Fatalf("%v in %.200s", err, text)
	}
	return data.Words, data.Names, data.Records, data.Findings
}

// valuesOf are a record's values in the order of RECORD in records.js.
func valuesOf(run schema.Run, r RecordInfo) []any {
	started := int64(-1)
	if !r.Started.IsZero() {
		started = r.Started.Sub(run.Started).Milliseconds()
	}
	values := []any{r.File, r.Line, r.Record, r.Kind, r.Type, r.Origin, r.ID, r.Action, r.Status,
		r.Attempts, r.HTTP, r.Error, r.Advice, r.MS, started, r.Loss.text(math.MaxInt)}
	for _, c := range r.Changes {
		values = append(values, c.Field, plainText(c.From), plainText(c.To), boolean(c.Unseen))
	}
	return values
}

// isWord reports whether a value of a record is an index into the words.
func isWord(at int) bool {
	if at >= 16 {
		return at%4 != 3 // a change: field, from, to, unseen
	}
	return slices.Contains([]int{0, 3, 4, 5, 7, 8, 11, 12, 15}, at)
}

func TestPageHoldsEveryRecord(t *testing.T) {
	run := sampleRun()
	results := sampleResults()
	results[2].Started = run.Started.Add(1500 * time.Millisecond)
	results = append(results, result(wanted(place("samples/a.yaml", 8), github(hostile)), schema.OpCreate, schema.StatusFailed))
	words, names, records, findings := pageData(t, htmlOf(t, run, results...))
	var got, want []string
	for n, values := range records {
		for i := range values {
			if isWord(i) {
				values[i] = words[mustInt(t, values[i])]
			}
		}
		got = append(got, fmt.Sprint(names[n], values))
	}
	for _, r := range newDocument(run, results).records {
		want = append(want, fmt.Sprint(r.DisplayName, valuesOf(run, r)))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if len(findings) != len(run.Findings) || words[mustInt(t, findings[1][7])] != "the pat is written out" {
		t.Errorf("findings %v", findings)
	}
}

func mustInt(t *testing.T, v any) int64 {
	t.Helper()
	n, err := v.(json.Number).Int64()
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// hostile tries to break out of everything that it could stand in.
const hostile = "</script><script>alert(1)</script><!--<img src=x onerror=alert(2)>\"'`${x}{{.}}\u2028\\&amp;"

func TestContentStaysText(t *testing.T) {
	run := sampleRun()
	run.Why, run.User, run.Complete = hostile, hostile, false
	run.Files = []string{hostile}
	run.Target = "https://" + hostile
	run.Findings[0].Message, run.Findings[0].Advice, run.Findings[0].Field = hostile, hostile, hostile
	bad := result(wanted(place(hostile, 1), fields{schema.FieldType: schema.Text(hostile), schema.FieldDisplayName: schema.Text(hostile),
		schema.FieldOrigin: schema.Text("javascript:alert(1)" + hostile)}), schema.OpUpdate, schema.StatusFailed)
	bad.Error, bad.Advice, bad.Took, bad.Attempts = hostile, hostile, time.Second, 1
	bad.Started = run.Started
	bad.Action.Changes = []schema.Change{{Field: schema.FieldDisplayName, From: schema.Text(hostile), To: schema.Text(hostile)}}
	page := htmlOf(t, run, bad)
	own := strings.Replace(page, between(t, page, "<style>", "</style>"), "", 1)
	for _, forbidden := range []string{"<script>alert", "<img", "<!--", "onerror=alert(2)>", "javascript:alert(1)<"} {
		if strings.Contains(own, forbidden) {
			t.Errorf("the page holds %q", forbidden)
		}
	}
	if n := strings.Count(own, "<script"); n != 2 {
		t.Errorf("%d scripts begin", n)
	}
	if n := strings.Count(own, "</script"); n != 2 {
		t.Errorf("%d scripts end", n)
	}
	for _, href := range regexp.MustCompile(`(?:href|src)="([^"]*)"`).FindAllStringSubmatch(own, -1) {
		if !strings.HasPrefix(href[1], "#") && !strings.HasPrefix(href[1], "data:image/svg+xml,") {
			t.Errorf("the page refers to %s", href[1])
		}
	}
}

// The policy lets only the page's own style and script in, and no request out.
func TestPolicyNamesStyleAndScript(t *testing.T) {
	page := htmlOf(t, sampleRun(), sampleResults()...)
	policy := strings.ReplaceAll(between(t, page, `http-equiv="Content-Security-Policy" content="`, `"`), "&#43;", "+")
	policy = strings.ReplaceAll(policy, "&#39;", "'")
	for _, want := range []string{"default-src 'none'", "style-src '" + cspHash(between(t, page, "<style>", "</style>")) + "'",
		"script-src '" + cspHash(between(t, page, "<script>", "</script>")) + "'", "img-src data:"} {
		if !strings.Contains(policy, want) {
			t.Errorf("the policy %q lacks %q", policy, want)
		}
	}
	if strings.Contains(policy, "unsafe") || strings.Contains(policy, "http") {
		t.Errorf("the policy %q lets something in", policy)
	}
	if strings.Contains(between(t, page, "<body>", "<script type"), ` style="`) {
		t.Error("the policy forbids style attributes")
	}
}

func TestPageIsSmall(t *testing.T) {
	const most = 300_000 // bytes
	if n := len(htmlOf(t, testRun())); n > most {
		t.Errorf("a page without data has %d bytes", n)
	}
}

func TestPlainTableHoldsTheFirstThousand(t *testing.T) {
	var results []schema.Result
	for n := range maxPlain + 1234 {
		results = append(results, result(wanted(place("a.csv", n+1), github(fmt.Sprintf("record %d", n+1))), schema.OpCreate, schema.StatusCreated))
	}
	page := htmlOf(t, testRun("a.csv"), results...)
	table := between(t, page, "<noscript>", "</noscript>")
	if got := strings.Count(table, `<tr id="r`); got != maxPlain {
		t.Errorf("%d rows", got)
	}
	for _, want := range []string{"first 1,000 records", "1,234 more", "<td>record 1000</td>"} {
		if !strings.Contains(table, want) {
			t.Errorf("the plain table lacks %q", want)
		}
	}
}

func TestPageOfAnUnfinishedRun(t *testing.T) {
	run := sampleRun()
	run.Complete, run.Ended = false, time.Time{}
	page := htmlOf(t, run, sampleResults()...)
	for _, want := range []string{"This report is incomplete", "still running or was killed", "not ended"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

func TestMoments(t *testing.T) {
	run := sampleRun()
	run.Timeline = schema.Timeline{Start: run.Started}
	run.Timeline.Add(run.Started.Add(time.Second), schema.Beat{Requests: 3, Throttled: 2, Retries: 1})
	run.Timeline.Hold(run.Started.Add(time.Second), run.Started.Add(9*time.Second))
	o := sampleResults()
	for i := range o {
		o[i].Started, o[i].Took, o[i].Attempts = run.Started.Add(time.Duration(i)*time.Second), time.Second, 1
	}
	d := newDocument(run, o)
	p := newPage(d, totalsOf(d))
	var says []string
	for _, c := range p.Intervals.Charts {
		says = append(says, c.Name+": "+c.Summary)
		for _, b := range c.Bars {
			if b.X < 0 || b.X+b.Width > maxIntervals || b.Y < 0 || b.Y+b.Height > 101.5 {
				t.Errorf("%s: a bar stands out: %+v", c.Name, b)
			}
		}
	}
	want := []string{"Records finished: 7 in total, at most 1 (records per 200 ms)", "Rate-limited or unavailable: 2 in total, at most 2 (answers per 200 ms)",
		"Waiting for the rate limit: 8 s in total, at most 1 (s per s)", "Retries: 1 in total, at most 1 (retries per 200 ms)"}
	if diff := cmp.Diff(want, says); diff != "" {
		t.Error(diff)
	}
	if n := len(p.Slowest); n != maxSlowest {
		t.Errorf("%d slowest", n)
	}
}

// A run of any length has charts of few bars.
func TestIntervalsAreFew(t *testing.T) {
	for _, whole := range []time.Duration{0, time.Millisecond, 7 * time.Second, time.Minute, 3 * time.Hour, 40 * 24 * time.Hour} {
		if n := whole/stepFor(whole) + 1; n > maxIntervals+1 {
			t.Errorf("%v has %d intervals", whole, n)
		}
	}
}

func FuzzPageData(f *testing.F) {
	f.Add(hostile, "plain")
	f.Add("\x00\xff\x1b", "a\nb\t\"")
	f.Fuzz(func(t *testing.T, name, text string) {
		o := result(wanted(place(text, 1), github(name)), schema.OpCreate, schema.StatusFailed)
		o.Error = text
		page := htmlOf(t, testRun(), o)
		words, names, records, _ := pageData(t, page)
		if len(names) != 1 || names[0] != strings.ToValidUTF8(name, "\ufffd") && strings.ToValidUTF8(name, "") == name {
			t.Errorf("name %q became %q", name, names[0])
		}
		if got := words[mustInt(t, records[0][11])]; got != text && strings.ToValidUTF8(text, "") == text {
			t.Errorf("error %q became %q", text, got)
		}
		if strings.Count(page, "<script") != 2 || strings.Count(page, "</script") != 2 {
			t.Errorf("%q or %q broke out", name, text)
		}
	})
}
