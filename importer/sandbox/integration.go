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

// Integration is one stored integration: the fields of a request by their API names, secrets included, and what the
// server adds.
type Integration struct {
	ID                     int64
	Type                   string
	Origin                 string
	DisplayName            string
	Disabled               bool
	SendCommitEmails       bool
	MaxMinsToCommitEmail   int // minutes
	Username               string
	Password               string
	PAT                    string
	DisableSSLVerification bool
	APIPath                string
	APIFilter              string
	TFSCollection          string
	AWSRegion              string
	RequireUserPAT         bool
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
	FolderDepth            int
	LimitGitData           bool

	// InitDate is when it was added, to the millisecond.
	InitDate time.Time
	// IndexStart is when its latest indexing began.
	IndexStart time.Time
	// LastIndexed is when an indexing last ended; zero before the first has.
	LastIndexed time.Time
}

// newIntegration has the defaults of the server: the git viewer, smart commits and notes are on, as the vendor documents.
// Where it documents none, as for global, the sandbox takes what Java's fields start with: off, 0 or empty.
func newIntegration() Integration {
	return Integration{GitViewerEnabled: true, SmartCommitsEnabled: true, RefSpecNotes: true, ProjectMappingIDs: []int64{}}
}

// field is where a request's field is stored, nil for one that the app does not know. Names are case-sensitive.
func (in *Integration) field(name string) any {
	switch name {
	case "type":
		return &in.Type
	case "origin":
		return &in.Origin
	case "displayName":
		return &in.DisplayName
	case "disabled":
		return &in.Disabled
	case "sendCommitEmails":
		return &in.SendCommitEmails
	case "maxMinsToCommitEmail":
		return &in.MaxMinsToCommitEmail
	case "username":
		return &in.Username
	case "password":
		return &in.Password
	case "pat":
		return &in.PAT
	case "disableSslVerification":
		return &in.DisableSSLVerification
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
	case "gitViewerEnabled":
		return &in.GitViewerEnabled
	case "smartCommitsEnabled":
		return &in.SmartCommitsEnabled
	case "global":
		return &in.Global
	case "projectMappingIds":
		return &in.ProjectMappingIDs
	case "sourcesDiffViewEnabled":
		return &in.SourcesDiffViewEnabled
	case "revisionIndexing":
		return &in.RevisionIndexing
	case "tagsFilter":
		return &in.TagsFilter
	case "prHideFilter":
		return &in.PRHideFilter
	case "trustFolderStat":
		return &in.TrustFolderStat
	case "refSpecNotes":
		return &in.RefSpecNotes
	case "refSpecChanges":
		return &in.RefSpecChanges
	case "refSpecCustom":
		return &in.RefSpecCustom
	case "folderDepth":
		return &in.FolderDepth
	case "limitGitData":
		return &in.LimitGitData
	}
	return nil
}

// set stores a request's fields. Unknown ones are ignored, null is an absent one, a wrongly typed one is a rejection,
// which names the field and never its value.
func (in *Integration) set(fields map[string]json.RawMessage) error {
	// Decoding a list writes into the slice that is there, which an earlier record may share.
	in.ProjectMappingIDs = slices.Clone(in.ProjectMappingIDs)
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		target := in.field(name)
		if target == nil || string(fields[name]) == "null" {
			continue
		}
		if err := json.Unmarshal(fields[name], target); err != nil {
			return &rejection{http.StatusBadRequest, fmt.Sprintf("Can not deserialize value of field %q", name)}
		}
	}
	return nil
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
	if in.Global || in.ProjectMappingIDs == nil {
		in.ProjectMappingIDs = []int64{}
	}
}

func blank(s string) bool { return strings.TrimSpace(s) == "" }

// indexed says whether the latest indexing has ended.
func (in *Integration) indexed(now time.Time, indexTime time.Duration) bool {
	return !now.Before(in.IndexStart.Add(indexTime))
}

// lastIndexed is when an indexing last ended; zero before the first has.
func (in *Integration) lastIndexed(now time.Time, indexTime time.Duration) time.Time {
	if in.indexed(now, indexTime) {
		return in.IndexStart.Add(indexTime)
	}
	return in.LastIndexed
}
