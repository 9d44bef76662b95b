package sandbox

import "time"

// repositoryView is a repository as answers show it: secrets, username among them, and limitGitData never; blank filters,
// formats and refspecs are left out.
type repositoryView struct {
	ID                        int64   `json:"id"`
	DisplayName               string  `json:"displayName"`
	Origin                    string  `json:"origin"`
	MainBranch                string  `json:"mainBranch"`
	Root                      string  `json:"root"`
	RealRoot                  string  `json:"realRoot"`
	AbsoluteRoot              bool    `json:"absoluteRoot"`
	Disabled                  bool    `json:"disabled"`
	EnableFetches             bool    `json:"enableFetches"`
	SendCommitEmails          bool    `json:"sendCommitEmails"`
	MaxMinsToCommitEmail      int     `json:"maxMinsToCommitEmail"`
	Global                    bool    `json:"global"`
	Hosted                    bool    `json:"hosted"`
	InitDate                  int64   `json:"initDate"`                  // milliseconds since 1970
	LastIndexedDate           int64   `json:"lastIndexedDate,omitempty"` // milliseconds since 1970
	RevisionIndexing          bool    `json:"revisionIndexing"`
	GitViewerEnabled          bool    `json:"gitViewerEnabled"`
	DisableSSLVerification    bool    `json:"disableSslVerification"`
	SmartCommitsEnabled       bool    `json:"smartCommitsEnabled"`
	WebLinkType               string  `json:"webLinkType,omitempty"`
	ViewFormat                string  `json:"viewFormat,omitempty"`
	ChangesetFormat           string  `json:"changesetFormat,omitempty"`
	FileAddedFormat           string  `json:"fileAddedFormat,omitempty"`
	FileModifiedFormat        string  `json:"fileModifiedFormat,omitempty"`
	FileDeletedFormat         string  `json:"fileDeletedFormat,omitempty"`
	MergeRequestFormat        string  `json:"mergeRequestFormat,omitempty"`
	BranchLinkFormat          string  `json:"branchLinkFormat,omitempty"`
	CommitsValidationRequired bool    `json:"commitsValidationRequired"`
	RequireUserPAT            bool    `json:"requireUserPat"`
	ProjectMappingIDs         []int64 `json:"projectMappingIds"`
	TrackedFolderID           int64   `json:"trackedFolderId,omitempty"` // these three: only inside an integration
	IntegrationType           string  `json:"integrationType,omitempty"`
	State                     string  `json:"state,omitempty"`
	ShowAllTags               bool    `json:"showAllTags"`
	TagsFilter                string  `json:"tagsFilter,omitempty"`
	PRHideFilter              string  `json:"prHideFilter,omitempty"`
	SourcesDiffViewEnabled    bool    `json:"sourcesDiffViewEnabled"`
	RefSpecNotes              bool    `json:"refSpecNotes"`
	RefSpecChanges            bool    `json:"refSpecChanges"`
	RefSpecCustom             string  `json:"refSpecCustom,omitempty"`
	TrustFolderStat           bool    `json:"trustFolderStat"`
}

func (s *Server) showRepositories(repositories []*Repository) []repositoryView {
	now := time.Now()
	views := make([]repositoryView, len(repositories))
	for i, re := range repositories {
		views[i] = s.showRepository(re, now)
	}
	return views
}

func (s *Server) showRepository(re *Repository, now time.Time) repositoryView {
	v := repositoryView{
		ID:                        re.ID,
		DisplayName:               re.DisplayName,
		Origin:                    re.Origin,
		MainBranch:                re.MainBranch,
		Root:                      re.clonedRoot(),
		RealRoot:                  re.clonedRoot(),
		AbsoluteRoot:              re.AbsoluteRoot,
		Disabled:                  re.Disabled,
		EnableFetches:             re.EnableFetches,
		SendCommitEmails:          re.SendCommitEmails,
		MaxMinsToCommitEmail:      re.MaxMinsToCommitEmail,
		Global:                    re.Global,
		InitDate:                  re.InitDate.UnixMilli(),
		RevisionIndexing:          re.RevisionIndexing,
		GitViewerEnabled:          re.GitViewerEnabled,
		DisableSSLVerification:    re.DisableSSLVerification,
		SmartCommitsEnabled:       re.SmartCommitsEnabled,
		WebLinkType:               re.WebLinkType,
		ViewFormat:                re.ViewFormat,
		ChangesetFormat:           re.ChangesetFormat,
		FileAddedFormat:           re.FileAddedFormat,
		FileModifiedFormat:        re.FileModifiedFormat,
		FileDeletedFormat:         re.FileDeletedFormat,
		MergeRequestFormat:        re.MergeRequestFormat,
		BranchLinkFormat:          re.BranchLinkFormat,
		CommitsValidationRequired: re.CommitsValidationRequired,
		ProjectMappingIDs:         re.ProjectMappingIDs,
		TrackedFolderID:           re.TrackedFolderID,
		State:                     s.state(re, now),
		ShowAllTags:               blank(re.TagsFilter),
		TagsFilter:                re.TagsFilter,
		PRHideFilter:              re.PRHideFilter,
		SourcesDiffViewEnabled:    re.SourcesDiffViewEnabled,
		RefSpecNotes:              re.RefSpecNotes,
		RefSpecChanges:            re.RefSpecChanges,
		RefSpecCustom:             re.RefSpecCustom,
		TrustFolderStat:           re.TrustFolderStat,
	}
	if !re.AbsoluteRoot {
		v.Root = "/var/atlassian/application-data/jira/data/git-plugin/" + v.RealRoot
	}
	if last := re.lastIndexed(now, s.indexTime); !last.IsZero() {
		v.LastIndexedDate = last.UnixMilli()
	}
	if in, err := get[*Integration](s.store, re.TrackedFolderID); err == nil {
		v.IntegrationType = in.Type
	}
	return v
}
