package sandbox

import (
	"strings"
	"time"
)

// Integration is one stored integration.
type Integration struct {
	Connection
	Type           string
	APIPath        string
	APIFilter      string
	TFSCollection  string
	AWSRegion      string
	RequireUserPAT bool
	FolderDepth    int

	// Scanned is when the latest indexing began whose list of repositories was taken in.
	Scanned time.Time
	// ScanError is why that scan failed; empty: it did not.
	ScanError string
}

func newIntegration() *Integration { return &Integration{Connection: newConnection()} }

func (in *Integration) connection() *Connection { return &in.Connection }

func (in *Integration) clone() storedRecord { return new(*in) }

func (in *Integration) field(name string) any {
	switch name {
	case "type":
		return &in.Type
	case "apiPath":
		return &in.APIPath
	case "apiFilter":
		return &in.APIFilter
	case "tfsCollection":
		return &in.TFSCollection
	case "awsRegion":
		return &in.AWSRegion
	case "requireUserPat":
		return &in.RequireUserPAT
	case "folderDepth":
		return &in.FolderDepth
	}
	return in.Connection.field(name)
}

// complete fills in what the server makes itself: a hosted type's origin, a name for a blank one, and no projects for a
// global integration.
func (in *Integration) complete() {
	if blank(in.Origin) {
		in.Origin = defaultOrigin(in.Type, in.AWSRegion)
	}
	if blank(in.DisplayName) {
		host := in.Origin
		if in.Type == "GITHUB" {
			host = "https://github.com"
		}
		in.DisplayName = strings.TrimSuffix(strings.TrimSuffix(host, "*"), "/") + "/*"
	}
	in.mapProjects()
}

// Integrations returns all stored integrations with all their fields, secrets included, sorted by id.
func (s *Server) Integrations() []Integration {
	_ = s.catchUp() // the next request meets the same error
	now := time.Now()
	stored := all[*Integration](s.store)
	integrations := make([]Integration, len(stored))
	for i, in := range stored {
		integrations[i] = *in
		integrations[i].Connection = in.snapshot(now, s.indexTime)
	}
	return integrations
}
