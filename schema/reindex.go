package schema

// ReindexStatus is how the request to index a live record again ended.
type ReindexStatus string

// The statuses.
const (
	ReindexAsked   ReindexStatus = "asked"   // the server has queued it
	ReindexIndexed ReindexStatus = "indexed" // it was waited for, and ended without errors
	ReindexFailed  ReindexStatus = "failed"  // the server refused it, or it ended with errors
	ReindexMissing ReindexStatus = "missing" // the server has no such record
)

// Reindexed is what became known of the indexing of one record of a manifest.
type Reindexed struct {
	Want      Record
	ID        int64 // on the server; 0 where it has no such record
	Status    ReindexStatus
	Error     string
	Advice    string
	Temporary bool // it failed only because of a temporary failure
}
