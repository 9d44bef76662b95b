package gij

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"gijbulk/importer/sandbox"
	"gijbulk/schema"
)

const (
	integration = schema.KindIntegration
	plainRepo   = schema.KindRepository
)

// stocked is a sandbox with an integration that has repositories inside, and plain ones.
func stocked(t *testing.T, o sandbox.Options, repositories int) (*sandbox.Server, *Client) {
	t.Helper()
	o.Tracked = 3
	server, err := sandbox.New(o)
	if err != nil {
		t.Fatal(err)
	}
	c := newClient(t, Config{Token: "t", Base: server.RoundTripper()})
	prove(t, c)
	for i := range repositories {
		if out := c.Do(t.Context(), createRepository(fmt.Sprint("r", i))); out.Status != schema.StatusCreated || out.ID == 0 {
			t.Fatalf("%+v", out)
		}
	}
	return server, c
}

// tally says how many there are of each kind.
func tally(records []schema.Record) (counts [2]int) {
	for _, r := range records {
		if r.Kind() == plainRepo {
			counts[1]++
		} else {
			counts[0]++
		}
	}
	return counts
}

// What the app found inside an integration is told apart, however the list comes.
func TestRepositoriesInsideIntegrations(t *testing.T) {
	for _, paged := range []bool{false, true} {
		server, c := stocked(t, sandbox.Options{PagedRepositories: paged}, 2)
		var want []string
		for _, re := range server.Repositories() {
			if re.TrackedFolderID != 0 {
				want = append(want, fmt.Sprintf("nested %d in %d: %s, global %t, tags %q, projects %v, formats %q %q", re.ID, re.TrackedFolderID, re.Origin,
					re.Global, re.TagsFilter, re.ProjectMappingIDs, re.ViewFormat, ""))
			}
		}
		records, nested, err := c.Read(t.Context(), nil, plainRepo)
		var got []string
		for _, r := range nested {
			got = append(got, fmt.Sprintf("%s %d in %d: %s, global %t, tags %q, projects %v, formats %q %q", r.Kind(), r.ID, r.Integration, r.Origin(),
				r.Get(schema.FieldGlobal).Bool(), r.Get(schema.FieldTagsFilter).Text(), r.Get(schema.FieldProjectMappingIDs).IDs(),
				r.Get(schema.FieldViewFormat).Text(), r.Get(schema.FieldMainBranch).Text()))
		}
		if err != nil || tally(records) != [2]int{0, 2} || len(want) == 0 || !slices.Equal(got, want) {
			t.Errorf("paged %v: got %v and %v, %v, want 2 and %v", paged, tally(records), got, err, want)
		}
		if _, got, err := c.Read(t.Context(), nil); err != nil || got != nil {
			t.Errorf("paged %v: got %v, %v without asking for repositories", paged, got, err)
		}
	}
}

// What the app found inside an integration is never listed, however the list comes.
func TestListGivesTheKindsAskedFor(t *testing.T) {
	for _, paged := range []bool{false, true} {
		server, c := stocked(t, sandbox.Options{PagedRepositories: paged}, 4)
		if n := len(server.Repositories()); n != 7 {
			t.Fatalf("%d repositories, want some inside", n)
		}
		for _, tt := range []struct {
			kinds []schema.Kind
			want  [2]int
		}{
			{nil, [2]int{1, 0}},
			{[]schema.Kind{integration}, [2]int{1, 0}},
			{[]schema.Kind{plainRepo}, [2]int{0, 4}},
			{[]schema.Kind{plainRepo, integration}, [2]int{1, 4}},
		} {
			records, err := c.List(t.Context(), nil, tt.kinds...)
			if got := tally(records); err != nil || got != tt.want {
				t.Errorf("paged %v: %v: got %v, %v, want %v", paged, tt.kinds, got, err, tt.want)
			}
			for _, r := range records {
				if strings.Contains(r.Origin(), "repo-") {
					t.Errorf("%v is inside an integration", r.Key())
				}
			}
		}
		records, err := c.List(t.Context(), nil, schema.KindNested)
		if len(records) != 3 || err != nil || records[0].Kind() != schema.KindNested {
			t.Errorf("paged %v: got %v, %v, want 3 nested repositories", paged, records, err)
		}
	}
}

// An ordinary user is given a part of the repositories, and is no administrator.
func TestListOfRepositoriesNeedsAnAdministrator(t *testing.T) {
	server, err := sandbox.New(sandbox.Options{NotAdmin: true})
	if err != nil {
		t.Fatal(err)
	}
	c := newClient(t, Config{Token: "t", Base: server.RoundTripper()})
	var e *Error
	if _, err := c.List(t.Context(), nil, plainRepo); !errors.As(err, &e) || e.Stop != schema.StopCredentials {
		t.Errorf("%v", err)
	}
}

// Only a 404 says that the call is not there; whatever else goes wrong is no reason to
// look elsewhere.
func TestOnlyA404TurnsToThePages(t *testing.T) {
	for status, want := range map[int]struct {
		class schema.Class
		asked int // pages
	}{
		404: {stop, 1}, // the pages are not there either
		400: {stop, 0}, 403: {stop, 0}, 405: {stop, 0}, 500: {notDone, 0}, 503: {notDone, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			asked := 0
			c := newClient(t, Config{Retries: -1, Base: roundTrip(func(r *http.Request) (*http.Response, error) {
				switch r.URL.Path {
				case integrationPath:
					return respond(200, emptyList), nil
				case pagePath:
					asked++
				}
				return respond(status, "<title>no</title>"), nil
			})})
			var e *Error
			if _, err := c.List(t.Context(), nil, plainRepo); !errors.As(err, &e) || e.Class != want.class || asked != want.asked {
				t.Errorf("%d: %v after %d pages, want class %d after %d", status, err, asked, want.class, want.asked)
			}
		})
	}
}

// What cannot be read whole is never taken for the whole.
func TestListOfRepositoriesIsWholeOrAnError(t *testing.T) {
	for name, body := range map[string]string{
		"no list":                `{"success":true}`,
		"a null list":            `{"success":true,"repositories":null}`,
		"another list":           `{"success":true,"integrations":[]}`,
		"one without an origin":  `{"success":true,"repositories":[{"id":1,"origin":"x"},{"id":2}]}`,
		"one without an id":      `{"success":true,"repositories":[{"origin":"x"}]}`,
		"one that is no object":  `{"success":true,"repositories":["x"]}`,
		"one that is not framed": `{"id":1,"origin":"x"}`,
	} {
		c := newClient(t, Config{Base: roundTrip(func(r *http.Request) (*http.Response, error) {
			if r.URL.Path == integrationPath {
				return respond(200, emptyList), nil
			}
			return respond(200, body), nil
		})})
		var e *Error
		if records, err := c.List(t.Context(), nil, plainRepo); !errors.As(err, &e) || e.Stop != schema.StopTarget || records != nil {
			t.Errorf("%s: %v, %v", name, records, err)
		}
	}
}

func TestIsTracked(t *testing.T) {
	for raw, want := range map[string]bool{
		`{}`: false, `{"trackedFolderId":null}`: false, `{"trackedFolderId":0,"integrationType":null}`: false, `{"integrationType":""}`: false,
		`{"trackedFolderId":5}`: true, `{"trackedFolderId":"5"}`: true, `{"trackedFolderId":-1}`: true, `{"integrationType":"GITHUB"}`: true,
	} {
		p, err := new(recordDecoder).nextRecord(schema.KindRepository, newDecoder(strings.NewReader(raw)))
		if err != nil || p.tracked() != want {
			t.Errorf("%s: %v, %v", raw, p.tracked(), err)
		}
	}
}

// pageOf makes a page of repositories with these ids; total -1 is not told.
func pageOf(total int, ids ...int) string {
	items := make([]string, len(ids))
	for i, id := range ids {
		items[i] = fmt.Sprintf(`{"id":%d,"origin":"https://git.example.org/%d.git"}`, id, id)
	}
	told := ""
	if total >= 0 {
		told = fmt.Sprintf(`"total":%d,`, total)
	}
	return fmt.Sprintf(`{"success":true,%s"repositories":[%s]}`, told, strings.Join(items, ","))
}

func TestPages(t *testing.T) {
	for _, tt := range []struct {
		name  string
		pages []string
		want  []int64 // nil: they do not fit together
	}{
		{"none", []string{pageOf(0)}, []int64{}},
		{"one", []string{pageOf(2, 1, 2)}, []int64{1, 2}},
		{"several", []string{pageOf(5, 1, 2, 3), pageOf(5, 3, 4), pageOf(5, 4, 5)}, []int64{1, 2, 3, 4, 5}},
		{"no number told", []string{pageOf(-1, 1, 2), pageOf(-1, 2, 3), pageOf(-1, 3)}, []int64{1, 2, 3}},
		{"nothing and no number told", []string{pageOf(-1)}, []int64{}},
		{"one removed in front", []string{pageOf(5, 1, 2, 3), pageOf(4, 4, 5)}, nil},
		{"one removed and one added", []string{pageOf(5, 1, 2, 3), pageOf(5, 4, 5, 6)}, nil},
		{"one added in front", []string{pageOf(4, 1, 2, 3), pageOf(5, 2, 3, 4)}, nil},
		{"one added at the end", []string{pageOf(3, 1, 2), pageOf(4, 2, 3, 4)}, nil},
		{"the same page again and again", []string{pageOf(4, 1, 2), pageOf(4, 1, 2)}, nil},
		{"a page ends early", []string{pageOf(4, 1, 2), pageOf(4, 2)}, nil},
		{"a page is empty", []string{pageOf(4, 1, 2), pageOf(4)}, nil},
		{"more than announced", []string{pageOf(1, 1, 2)}, nil},
		{"one twice", []string{pageOf(4, 1, 2), pageOf(4, 2, 1, 3)}, nil},
	} {
		var b pageCollector
		var whole bool
		var err error
		for i, page := range tt.pages {
			if whole || err != nil {
				t.Fatalf("%s: it ended before page %d: %v", tt.name, i+1, err)
			}
			whole, err = b.addPage([]byte(page))
		}
		switch {
		case tt.want == nil && !errors.Is(err, errListChanged):
			t.Errorf("%s: %v", tt.name, err)
		case tt.want != nil && (err != nil || !whole || !slices.Equal(b.ids, tt.want)):
			t.Errorf("%s: %v, whole: %v, %v", tt.name, b.ids, whole, err)
		}
	}
}

// A list that changes while its pages are read is read again, and given up if it never
// stands still.
func TestPagesThatMove(t *testing.T) {
	moved, still := []string{pageOf(3, 1, 2), pageOf(3, 3)}, []string{pageOf(3, 1, 2), pageOf(3, 2, 3)}
	for _, tt := range []struct {
		pages []string
		want  int // repositories; -1: none
	}{
		{slices.Concat(moved, still), 3},
		{slices.Concat(moved, moved, still), 3},
		{slices.Concat(moved, moved, moved), -1},
	} {
		turned := 0
		c := newClient(t, Config{Base: roundTrip(func(r *http.Request) (*http.Response, error) {
			switch r.URL.Path {
			case integrationPath:
				return respond(200, emptyList), nil
			case repositoryPath:
				return respond(404, ""), nil
			}
			turned++
			return respond(200, tt.pages[turned-1]), nil
		})})
		records, err := c.List(t.Context(), nil, plainRepo)
		var e *Error
		if tt.want >= 0 && (err != nil || len(records) != tt.want) {
			t.Errorf("%d, %v", len(records), err)
		}
		if tt.want < 0 && (!errors.As(err, &e) || e.Class != notDone || e.Need == "") {
			t.Errorf("%d, %v", len(records), err)
		}
		if turned != len(tt.pages) {
			t.Errorf("%d pages were read, want %d", turned, len(tt.pages))
		}
	}
}

// Many pages are read as one list.
func TestManyPages(t *testing.T) {
	for _, n := range []int{99, 100, 101, 250} {
		_, c := stocked(t, sandbox.Options{PagedRepositories: true}, n)
		records, err := c.List(t.Context(), nil, plainRepo)
		if err != nil || len(records) != n {
			t.Errorf("%d of %d, %v", len(records), n, err)
		}
	}
}

// TestListWithADuplicateID: it cannot be read completely.
func TestListWithADuplicateID(t *testing.T) {
	const one = `{"id":7,"integrationType":"GITHUB","origin":"https://api.github.com","displayName":"a"}`
	c := newClient(t, Config{Base: always(200, `{"success":true,"integrations":[`+one+`,`+one+`]}`)})
	if live, err := c.List(t.Context(), nil, integration); err == nil || !strings.Contains(err.Error(), "integration 7 is in it twice") {
		t.Errorf("%d records, error %v", len(live), err)
	}
}

// TestListTooLarge: what is longer than the limit is an error that says so, and no short list.
func TestListTooLarge(t *testing.T) {
	list := `{"success":true,"integrations":[{"id":1,"integrationType":"GITHUB"}]}`
	for limit, whole := range map[int64]bool{int64(len(list)): true, int64(len(list)) - 1: false, 40: false} {
		var a answer
		err := a.read(respond(200, list), integration, limit)
		if whole != (err == nil) || !whole && !errors.Is(err, errTooLarge) || whole && len(a.list.records) != 1 {
			t.Errorf("limit %d: %v, %+v", limit, err, a.list)
		}
	}
	if n := maxAnswerSize(reads, integration); n != 512<<20 {
		t.Errorf("a list may have %d bytes", n)
	}
}

// TestPageInPlaceOfAList: of what is no list no more is kept than of other answers.
func TestPageInPlaceOfAList(t *testing.T) {
	page := io.MultiReader(strings.NewReader("<html>"), io.LimitReader(blanks{}, 2*longestRead))
	if rest, list, err := readList(page, integration); err != nil || list.err == nil || len(rest) != longestRead {
		t.Errorf("%d bytes kept, %v, %v", len(rest), list.err, err)
	}
}

// blanks is a body without end.
type blanks struct{}

func (blanks) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}
