package schema

// Indexing is how far the app's indexing of a live record is.
type Indexing struct {
	Ended  bool
	Last   int64    // when an indexing of an integration last ended, in ms since 1970; 0 where it is not known
	Errors []string // what went wrong, in the app's words; empty while nothing has
}
