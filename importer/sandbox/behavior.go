package sandbox

import "slices"

// A behavior is a fault that is not the matter of one request: of what lists show, of how names are stored, of the store
// itself. It has a chance and rules as any other fault.
const (
	// ListLag makes lists lack what is younger than its duration, as a node of a cluster does that is behind.
	ListLag Fault = "list-lag"
	// ListCache answers a list as the list before it, where that is not older than its duration.
	ListCache Fault = "list-cache"
	// ListEmpty answers an empty list.
	ListEmpty Fault = "list-empty"
	// RewriteNames changes a display name as it is stored: "spaces" trims and folds whitespace, "lower" is lower
	// case, "short" cuts to 255 characters, "nfc" is Unicode's composed form. Without a parameter it is all of them.
	RewriteNames Fault = "rewrite-names"
	// Restore restores the server to how it was some changes ago, at most to how it was started, before it takes the
	// request. The ids that were given since go to other records.
	Restore Fault = "restore"
	// OtherAdmin lets another administrator work before the server takes the request, and do one of "add", "rename",
	// "delete" and "copy" to a record that the seed chooses; without a parameter the seed chooses what, too.
	OtherAdmin Fault = "other-admin"
)

// subject is what a fault spoils. Each subject has a chooser of its own: a request can be dropped that a restore came before.
type subject int

const (
	ofRequests subject = iota
	ofLists
	ofNames
	ofStore
)

func (f Fault) subject() subject {
	switch f.name() {
	case ListLag, ListCache, ListEmpty:
		return ofLists
	case RewriteNames:
		return ofNames
	case Restore, OtherAdmin:
		return ofStore
	}
	return ofRequests
}

// lasting says whether the fault's parameter may be used alone, as in list-lag=10s, and then holds for good.
func (f Fault) lasting() bool { return slices.Contains([]Fault{ListLag, ListCache, RewriteNames}, f) }
