package journal

import (
	"path/filepath"
	"testing"
)

// store opens the same state each time.
type store func(t testing.TB, clock Clock) *Journal

func (s store) open(t testing.TB) *Journal { return s(t, Clock{}) }

// testBackend checks what every backend promises. create makes an empty state.
func testBackend(t *testing.T, create func(t *testing.T) store) {
	for _, tt := range []struct {
		name string
		test func(*testing.T, store)
	}{
		{"a run comes back as it was stored", testRoundTrip},
		{"a run is stored before its plan", testBeforePlan},
		{"a wrong plan is not stored", testWrongPlan},
		{"a plan is extended", testExtend},
		{"a run is refused", testRefused},
		{"a run ends without a plan", testUnplanned},
		{"the id of a run is unique", testRunExists},
		{"options that are not JSON are refused", testWrongOptions},
		{"outcomes come back", testOutcomes},
		{"an answer is lost", testLostAnswer},
		{"creates that are not settled", testUnsettled},
		{"actions that send nothing", testStandingActions},
		{"both kinds of records", testKinds},
		{"the last run", testLast},
		{"no such run", testNoRun},
		{"a run is continued", testContinue},
		{"a log refuses", testLogRefuses},
		{"a batch is stored whole", testWholeBatch},
		{"a cancelled run is still stored", testCancelled},
		{"many workers share a log", testWorkers},
		{"the list of runs", testRuns},
		{"old runs are removed", testPrune},
		{"what a create sent", testCreateSent},
		{"what updates sent", testUpdateSent},
		{"a secret is rotated after a death", testRotation},
		{"the identities of a target", testIdentities},
		{"an identity gets a new id", testTakeover},
		{"an id is reassigned", testReassigned},
		{"an id of a repository is reassigned", testRepositoryReassigned},
		{"what was sent to the record that had the id before", testDiscardSent},
		{"why a secret is sent again", testWhySent},
		{"an inferred match", testInferred},
		{"the sets of records", testSets},
		{"what is stored of a target", testStored},
		{"runs on one target agree with a model", testModel},
	} {
		t.Run(tt.name, func(t *testing.T) { tt.test(t, create(t)) })
	}
}

func TestSQLite(t *testing.T) {
	testBackend(t, func(t *testing.T) store {
		path := filepath.Join(t.TempDir(), "state", "gijbulk.db")
		return func(t testing.TB, clock Clock) *Journal {
			j, err := Open(t.Context(), path, Options{Clock: clock})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = j.Close() })
			return j
		}
	})
}
