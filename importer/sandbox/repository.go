package sandbox

import (
	"fmt"
	"strings"
	"time"
)

// Repository is one stored repository: a plain one, or one that the app found inside an integration.
type Repository struct {
	Connection
	MainBranch                string
	RealRoot                  string
	AbsoluteRoot              bool
	EnableFetches             bool
	WebLinkType               string
	ViewFormat                string
	ChangesetFormat           string
	FileAddedFormat           string
	FileModifiedFormat        string
	FileDeletedFormat         string
	MergeRequestFormat        string
	BranchLinkFormat          string
	CommitsValidationRequired bool

	// TrackedFolderID is the id of the integration that it is inside; 0 for a plain one.
	TrackedFolderID int64
}

// newRepository has the defaults of the server; those that the vendor does not document are the sandbox's own.
func newRepository() *Repository {
	return &Repository{Connection: newConnection(), MainBranch: "master", EnableFetches: true}
}

func (re *Repository) connection() *Connection { return &re.Connection }

func (re *Repository) clone() storedRecord { return new(*re) }

func (re *Repository) field(name string) any {
	switch name {
	case "mainBranch":
		return &re.MainBranch
	case "realRoot":
		return &re.RealRoot
	case "absoluteRoot":
		return &re.AbsoluteRoot
	case "enableFetches":
		return &re.EnableFetches
	case "webLinkType":
		return &re.WebLinkType
	case "viewFormat":
		return &re.ViewFormat
	case "changesetFormat":
		return &re.ChangesetFormat
	case "fileAddedFormat":
		return &re.FileAddedFormat
	case "fileModifiedFormat":
		return &re.FileModifiedFormat
	case "fileDeletedFormat":
		return &re.FileDeletedFormat
	case "mergeRequestFormat":
		return &re.MergeRequestFormat
	case "branchLinkFormat":
		return &re.BranchLinkFormat
	case "commitsValidationRequired":
		return &re.CommitsValidationRequired
	}
	return re.Connection.field(name)
}

// complete fills in what the server makes itself. How it names a repository without a name is not documented.
func (re *Repository) complete() {
	if blank(re.DisplayName) {
		re.DisplayName = re.slug()
	}
	if blank(re.MainBranch) {
		re.MainBranch = "master"
	}
	re.mapProjects()
}

func (re *Repository) slug() string {
	origin := strings.TrimSuffix(strings.TrimRight(re.Origin, "/"), ".git")
	return origin[strings.LastIndexAny(origin, `/\:`)+1:]
}

// clonedRoot is where the clone lies below Jira's home, in the form of the vendor's examples, or where the repository
// says that it lies.
func (re *Repository) clonedRoot() string {
	if !blank(re.RealRoot) {
		return re.RealRoot
	}
	return fmt.Sprintf("%d_%s", re.ID, re.slug())
}

func (in *Integration) found(n int) []storedRecord {
	inside := make([]storedRecord, n)
	for i := range inside {
		re := newRepository()
		re.Connection = in.Connection
		re.Origin = fmt.Sprintf("%s/repo-%d.git", strings.TrimRight(in.Origin, "/*"), i+1)
		re.DisplayName = fmt.Sprintf("repo-%d", i+1)
		inside[i] = re
	}
	return inside
}

// Repositories returns all stored repositories with all their fields, secrets included, sorted by id; those inside
// integrations are among them.
func (s *Server) Repositories() []Repository {
	_ = s.catchUp() // the next request meets the same error
	now := time.Now()
	stored := all[*Repository](s.store)
	repositories := make([]Repository, len(stored))
	for i, re := range stored {
		repositories[i] = *re
		repositories[i].Connection = re.snapshot(now, s.indexTime)
	}
	return repositories
}
