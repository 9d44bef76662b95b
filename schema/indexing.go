package schema

// Indexing is how far the app's first indexing of an integration is.
type Indexing struct {
	Ended  bool
	Errors []string // what went wrong, in the app's words; empty while nothing has
}
