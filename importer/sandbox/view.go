package sandbox

import (
	"net/http"
	"time"
)

// view is an integration as answers show it. Secrets, username among them, and limitGitData are never shown; blank
// filters, paths and refspecs are left out. The documentation is silent on folderDepth, awsRegion and tfsCollection: the
// sandbox shows them where they are set.
type view struct {
	ID                     int64   `json:"id"`
	DisplayName            string  `json:"displayName"`
	Origin                 string  `json:"origin"`
	Disabled               bool    `json:"disabled"`
	SendCommitEmails       bool    `json:"sendCommitEmails"`
	MaxMinsToCommitEmail   int     `json:"maxMinsToCommitEmail"`
	Global                 *bool   `json:"global,omitempty"`          // hidden with the projects from a manager who did not make it
	InitDate               int64   `json:"initDate"`                  // milliseconds since 1970
	LastIndexedDate        int64   `json:"lastIndexedDate,omitempty"` // milliseconds since 1970
	RevisionIndexing       bool    `json:"revisionIndexing"`
	GitViewerEnabled       bool    `json:"gitViewerEnabled"`
	DisableSSLVerification bool    `json:"disableSslVerification"`
	SmartCommitsEnabled    bool    `json:"smartCommitsEnabled"`
	RequireUserPAT         *bool   `json:"requireUserPat,omitempty"` // not after an update
	ProjectMappingIDs      []int64 `json:"projectMappingIds,omitzero"`
	IntegrationType        string  `json:"integrationType"`
	SourcesDiffViewEnabled bool    `json:"sourcesDiffViewEnabled"`
	RefSpecNotes           bool    `json:"refSpecNotes"`
	RefSpecChanges         bool    `json:"refSpecChanges"`
	RefSpecCustom          string  `json:"refSpecCustom,omitempty"`
	TrustFolderStat        bool    `json:"trustFolderStat"`
	TagsFilter             string  `json:"tagsFilter,omitempty"`
	ShowAllTags            *bool   `json:"showAllTags,omitempty"` // only in lists
	PRHideFilter           string  `json:"prHideFilter,omitempty"`
	APIPath                string  `json:"apiPath,omitempty"`
	APIFilter              string  `json:"apiFilter,omitempty"`
	TFSCollection          string  `json:"tfsCollection,omitempty"`
	AWSRegion              string  `json:"awsRegion,omitempty"`
	FolderDepth            int     `json:"folderDepth,omitempty"`
	Root                   string  `json:"root,omitempty"` // tracked folders, as the next two
	RealRoot               string  `json:"realRoot,omitempty"`
	AbsoluteRoot           bool    `json:"absoluteRoot,omitempty"`
}

func (s *Server) show(r *http.Request, in *Integration, now time.Time) view {
	v := view{
		ID:                     in.ID,
		DisplayName:            in.DisplayName,
		Origin:                 in.Origin,
		Disabled:               in.Disabled,
		SendCommitEmails:       in.SendCommitEmails,
		MaxMinsToCommitEmail:   in.MaxMinsToCommitEmail,
		Global:                 new(in.Global),
		InitDate:               in.InitDate.UnixMilli(),
		RevisionIndexing:       in.RevisionIndexing,
		GitViewerEnabled:       in.GitViewerEnabled,
		DisableSSLVerification: in.DisableSSLVerification,
		SmartCommitsEnabled:    in.SmartCommitsEnabled,
		RequireUserPAT:         new(in.RequireUserPAT),
		ProjectMappingIDs:      in.ProjectMappingIDs,
		IntegrationType:        in.Type,
		SourcesDiffViewEnabled: in.SourcesDiffViewEnabled,
		RefSpecNotes:           in.RefSpecNotes,
		RefSpecChanges:         in.RefSpecChanges,
		RefSpecCustom:          in.RefSpecCustom,
		TrustFolderStat:        in.TrustFolderStat,
		TagsFilter:             in.TagsFilter,
		PRHideFilter:           in.PRHideFilter,
		APIPath:                in.APIPath,
		APIFilter:              in.APIFilter,
		TFSCollection:          in.TFSCollection,
		AWSRegion:              in.AWSRegion,
		FolderDepth:            in.FolderDepth,
	}
	if last := in.lastIndexed(now, s.indexTime); !last.IsZero() {
		v.LastIndexedDate = last.UnixMilli()
	}
	if in.Type == "FILESPACE" {
		v.Root, v.RealRoot, v.AbsoluteRoot = in.Origin, in.Origin, true
	}
	if s.isManager(r) && !in.ByManager {
		v.Global, v.ProjectMappingIDs = nil, nil
	}
	return v
}
