package gij

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gijbulk/schema"
)

// behind is a server with the integrations 1 to 20, the repository 30, and lists that may lack some.
type behind struct {
	lists        []string // the ids that each list shows, one after another; the last repeats
	repositories []string // likewise
	gone         []string // what it does not have
	asked        []string
	read, reread int
}

func (b *behind) RoundTrip(r *http.Request) (*http.Response, error) {
	next := func(n *int, lists []string, form string) string {
		shown := strings.Fields(lists[min(*n, len(lists)-1)])
		*n++
		for i, id := range shown {
			shown[i] = fmt.Sprintf(form, id, id)
		}
		return strings.Join(shown, ",")
	}
	switch {
	case r.URL.Path == integrationPath:
		return respond(200, `{"success":true,"integrations":[`+next(&b.read, b.lists, `{"id":%s,"integrationType":"GITHUB","displayName":"%s"}`)+`]}`), nil
	case r.URL.Path == repositoryPath:
		return respond(200, `{"success":true,"repositories":[`+next(&b.reread, b.repositories, `{"id":%s,"origin":"https://git.example.org/%s"}`)+`]}`), nil
	}
	id := strings.TrimPrefix(r.URL.Path, integrationPath+"/")
	b.asked = append(b.asked, id)
	for _, gone := range b.gone {
		if id == gone {
			return respond(200, missing), nil
		}
	}
	return respond(200, `{"success":"true","integration":[{"id":`+id+`,"integrationType":"GITHUB"}]}`), nil
}

// TestListLacksWhatIsExpected: a list is believed only where what it lacks is certainly gone.
func TestListLacksWhatIsExpected(t *testing.T) {
	expect := func(integrations ...int64) map[int64]schema.Kind {
		expected := make(map[int64]schema.Kind)
		for _, id := range integrations {
			expected[id] = integration
		}
		return expected
	}
	many := expect(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)
	for _, tt := range []struct {
		name     string
		server   behind
		expected map[int64]schema.Kind
		want     int    // records; -1: an error
		lists    int    // that are read
		asked    string // ids
		within   time.Duration
		names    string // that the error names
	}{
		{name: "nothing is lacking", server: behind{lists: []string{"1 2"}}, expected: expect(1, 2), want: 2, lists: 1},
		{name: "empty once", server: behind{lists: []string{"", "1 2"}}, expected: expect(1, 2), want: 2, lists: 2, asked: "2", within: time.Second},
		{name: "behind for a while", server: behind{lists: []string{"1", "1", "1 2"}}, expected: expect(1, 2), want: 2, lists: 3, asked: "2 2", within: 3 * time.Second},
		{name: "behind all the time", server: behind{lists: []string{"1"}}, expected: expect(1, 2), want: -1, lists: listTries, asked: "2 2 2 2 2 2 2", within: time.Minute, names: "id 2, which the server has"},
		{name: "gone", server: behind{lists: []string{"1"}, gone: []string{"2"}}, expected: expect(1, 2), want: 1, lists: 1, asked: "2"},
		{name: "one is gone, one is not", server: behind{lists: []string{"1", "1 2"}, gone: []string{"3"}}, expected: expect(1, 2, 3), want: 2, lists: 2, asked: "3 2 3", within: time.Second},
		{name: "too many to ask for each", server: behind{lists: []string{""}, gone: strings.Fields("3 4 5 6 7 8 9 10 11 12")}, expected: many, want: 0, lists: certainAfter,
			asked: strings.TrimSpace(strings.Repeat("12 11 10 9 8 7 6 5 4 3 ", certainAfter)), within: 3 * time.Second},
		{name: "a repository, at the third list", server: behind{lists: []string{""}, repositories: []string{"", "", "30"}},
			expected: map[int64]schema.Kind{30: plainRepo}, want: 1, lists: 3, within: 3 * time.Second},
		{name: "a repository, shown by the first of four lists", server: behind{lists: []string{"", "1"}, repositories: []string{"30", "", "", ""}},
			expected: map[int64]schema.Kind{1: integration, 30: plainRepo}, want: 1, lists: 4, asked: "1", within: 8 * time.Second},
		{name: "repositories, one shown until the third list is empty", server: behind{lists: []string{""}, repositories: []string{"30", "30", "", "", "30"}},
			expected: map[int64]schema.Kind{31: plainRepo}, want: 1, lists: 5, within: 16 * time.Second},
		{name: "repositories that come and go", server: behind{lists: []string{""}, repositories: []string{"30", "31", "30", "31", "30", "31", "30"}},
			expected: map[int64]schema.Kind{30: plainRepo, 31: plainRepo}, want: -1, lists: listTries, within: time.Minute, names: "id 31, which another list shows"},
		{name: "no repository in three lists", server: behind{lists: []string{""}, repositories: []string{""}},
			expected: map[int64]schema.Kind{30: plainRepo}, want: 0, lists: 3, within: 3 * time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				kinds := []schema.Kind{integration}
				if tt.server.repositories != nil {
					kinds = []schema.Kind{integration, plainRepo}
				}
				records, err := newClient(t, Config{Base: &tt.server}).List(t.Context(), tt.expected, kinds...)
				var e *Error
				switch {
				case tt.want < 0 && (!errors.As(err, &e) || e.Class != notDone || e.Need == "" || !strings.Contains(e.Text, tt.names)):
					t.Errorf("%d records, error %v", len(records), err)
				case tt.want >= 0 && (err != nil || len(records) != tt.want):
					t.Errorf("%d records, error %v", len(records), err)
				}
				if asked := strings.Join(tt.server.asked, " "); tt.server.read != tt.lists || asked != tt.asked || time.Since(began) > tt.within {
					t.Errorf("%d lists, asked for %q, within %v", tt.server.read, asked, time.Since(began))
				}
			})
		})
	}
}
