package sandbox

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Connection is what an integration and a repository have in common: the fields of a request by their API names, secrets
// included, and what the server adds. Both have their ids out of one sequence.
type Connection struct {
	ID                     int64
	Origin                 string
	DisplayName            string
	Disabled               bool
	SendCommitEmails       bool
	MaxMinsToCommitEmail   int // minutes
	Username               string
	Password               string
	PAT                    string
	DisableSSLVerification bool
	GitViewerEnabled       bool
	SmartCommitsEnabled    bool
	Global                 bool
	ProjectMappingIDs      []int64
	SourcesDiffViewEnabled bool
	RevisionIndexing       bool
	TagsFilter             string
	PRHideFilter           string
	TrustFolderStat        bool
	RefSpecNotes           bool
	RefSpecChanges         bool
	RefSpecCustom          string
	LimitGitData           bool

	// ByManager marks what a manager of the app made. No answer shows it.
	ByManager bool
	// OtherAdmin marks what the other administrator of the script made. No answer shows it.
	OtherAdmin bool
	// InitDate is when it was added, to the millisecond.
	InitDate time.Time
	// IndexStart is when its latest indexing began.
	IndexStart time.Time
	// LastIndexed is when an indexing last ended; zero before the first has.
	LastIndexed time.Time
}

// newConnection has the defaults of the server: the git viewer, smart commits and notes are on, as the vendor documents.
// Where it documents none, as for global, the sandbox takes what Java's fields start with: off, 0 or empty.
func newConnection() Connection {
	return Connection{GitViewerEnabled: true, SmartCommitsEnabled: true, RefSpecNotes: true, ProjectMappingIDs: []int64{}}
}

// field is where a request's field is stored, nil for one that the app does not know. Names are case-sensitive.
func (c *Connection) field(name string) any {
	switch name {
	case "origin":
		return &c.Origin
	case "displayName":
		return &c.DisplayName
	case "disabled":
		return &c.Disabled
	case "sendCommitEmails":
		return &c.SendCommitEmails
	case "maxMinsToCommitEmail":
		return &c.MaxMinsToCommitEmail
	case "username":
		return &c.Username
	case "password":
		return &c.Password
	case "pat":
		return &c.PAT
	case "disableSslVerification":
		return &c.DisableSSLVerification
	case "gitViewerEnabled":
		return &c.GitViewerEnabled
	case "smartCommitsEnabled":
		return &c.SmartCommitsEnabled
	case "global":
		return &c.Global
	case "projectMappingIds":
		return &c.ProjectMappingIDs
	case "sourcesDiffViewEnabled":
		return &c.SourcesDiffViewEnabled
	case "revisionIndexing":
		return &c.RevisionIndexing
	case "tagsFilter":
		return &c.TagsFilter
	case "prHideFilter":
		return &c.PRHideFilter
	case "trustFolderStat":
		return &c.TrustFolderStat
	case "refSpecNotes":
		return &c.RefSpecNotes
	case "refSpecChanges":
		return &c.RefSpecChanges
	case "refSpecCustom":
		return &c.RefSpecCustom
	case "limitGitData":
		return &c.LimitGitData
	}
	return nil
}

// set stores a request's fields. Unknown ones are ignored, null is an absent one, a wrongly typed one is a rejection,
// which names the field and never its value.
func set(r storedRecord, fields map[string]json.RawMessage) error {
	// Decoding a list writes into the slice that is there, which an earlier record may share.
	c := r.connection()
	c.ProjectMappingIDs = slices.Clone(c.ProjectMappingIDs)
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		target := r.field(name)
		if target == nil || string(fields[name]) == "null" {
			continue
		}
		if err := json.Unmarshal(fields[name], target); err != nil {
			return &rejection{http.StatusBadRequest, fmt.Sprintf("Can not deserialize value of field %q", name)}
		}
	}
	return nil
}

func (c *Connection) mapProjects() {
	if c.Global || c.ProjectMappingIDs == nil {
		c.ProjectMappingIDs = []int64{}
	}
}

func blank(s string) bool { return strings.TrimSpace(s) == "" }

func (c *Connection) indexed(now time.Time, indexTime time.Duration) bool {
	return !now.Before(c.IndexStart.Add(indexTime))
}

func (c *Connection) lastIndexed(now time.Time, indexTime time.Duration) time.Time {
	if c.indexed(now, indexTime) {
		return c.IndexStart.Add(indexTime)
	}
	return c.LastIndexed
}

func (c Connection) snapshot(now time.Time, indexTime time.Duration) Connection {
	c.ProjectMappingIDs = slices.Clone(c.ProjectMappingIDs)
	c.LastIndexed = c.lastIndexed(now, indexTime)
	return c
}
