package sandbox

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"time"
)

// nestedFields are what an update of a repository inside an integration can change, by the vendor's documentation.
// Everything else is read-only there, and ignored without a word.
var nestedFields = []string{
	"displayName", "sendCommitEmails", "maxMinsToCommitEmail", "global", "projectMappingIds", "revisionIndexing", "gitViewerEnabled",
	"smartCommitsEnabled", "webLinkType", "viewFormat", "changesetFormat", "fileAddedFormat", "fileModifiedFormat", "fileDeletedFormat",
	"mergeRequestFormat", "branchLinkFormat", "tagsFilter", "sourcesDiffViewEnabled", "trustFolderStat", "refSpecNotes", "refSpecChanges",
	"refSpecCustom", "prHideFilter",
}

// settable are those of the fields that an update of the repository takes.
func (re *Repository) settable(fields map[string]json.RawMessage) map[string]json.RawMessage {
	if re.TrackedFolderID == 0 {
		return fields
	}
	taken := maps.Clone(fields)
	maps.DeleteFunc(taken, func(name string, _ json.RawMessage) bool { return !slices.Contains(nestedFields, name) })
	return taken
}

// state is how far the indexing of a repository inside an integration is; empty for a plain one.
func (s *Server) state(re *Repository, now time.Time) string {
	_, fails := s.indexErrors[re.DisplayName]
	switch {
	case re.TrackedFolderID == 0:
		return ""
	case now.Before(re.IndexStart):
		return "QUEUED"
	case !re.indexed(now, s.indexTime):
		return "SCANNING"
	case fails:
		return "ERROR"
	}
	return "UPDATED"
}

// listsOther reports whether a change makes the host list something else.
func (in *Integration) listsOther(before *Integration) bool {
	return in.Origin != before.Origin || in.APIPath != before.APIPath || in.APIFilter != before.APIFilter || in.PAT != before.PAT ||
		in.Username != before.Username || in.Password != before.Password || in.TFSCollection != before.TFSCollection || in.AWSRegion != before.AWSRegion
}

// scan asks the host of each integration whose scan has ended for its list: what is new in it is added, with the
// settings of the integration, and what is missing from it is removed. A host that refuses leaves everything as it is.
// It works at the next request, as of the time when the scan ended.
func (s *Server) scan(now time.Time) error {
	if !s.scans() {
		return nil
	}
	var ended []*Integration
	for _, in := range all[*Integration](s.store) {
		if _, fails := s.indexErrors[in.DisplayName]; !in.Disabled && !fails && in.indexed(now, s.indexTime) && in.Scanned.Before(in.IndexStart) {
			ended = append(ended, in)
		}
	}
	slices.SortFunc(ended, func(a, b *Integration) int {
		return cmp.Or(a.IndexStart.Compare(b.IndexStart), cmp.Compare(a.ID, b.ID))
	})
	for _, in := range ended {
		listed, err := s.listed(in)
		if err != nil {
			err = s.store.failScan(in.ID, in.IndexStart, err.Error())
		} else {
			err = s.store.relist(in.ID, in.IndexStart, s.nested(in, listed))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Server) nested(in *Integration, listed []string) []*Repository {
	at := in.IndexStart.Add(s.indexTime)
	repositories := make([]*Repository, len(listed))
	for i, origin := range listed {
		re := newRepository()
		re.Connection = in.Connection
		re.Origin = origin
		re.DisplayName = re.slug()
		re.InitDate, re.IndexStart, re.LastIndexed = at, at, time.Time{}
		re.TrackedFolderID = in.ID
		repositories[i] = re
	}
	return repositories
}

func (s *store) failScan(id int64, scanned time.Time, text string) error {
	_, err := update(s, id, func(in *Integration) error {
		in.Scanned, in.ScanError = scanned, text
		return nil
	})
	return err
}

// relist makes the repositories inside an integration those that its scan listed. One that is there already stays as
// it is.
func (s *store) relist(id int64, scanned time.Time, listed []*Repository) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	stored, i, err := find[*Integration](s, id)
	if err != nil || !stored.Scanned.Before(scanned) {
		return nil // it was deleted, or another request has done it
	}
	missing := make(map[string]int64)
	for _, r := range s.records {
		if re, ok := r.(*Repository); ok && re.TrackedFolderID == id {
			missing[re.Origin] = re.ID
		}
	}
	in := stored.clone().(*Integration)
	in.Scanned, in.ScanError = scanned, ""
	added := []storedRecord{in}
	last := s.lastID
	seen := make(map[string]bool)
	for _, re := range listed {
		_, there := missing[re.Origin]
		delete(missing, re.Origin)
		if there || seen[re.Origin] {
			continue
		}
		seen[re.Origin] = true
		last++
		re.ID = last
		added = append(added, re)
	}
	if s.file != nil {
		for _, gone := range missing {
			if err := s.file.delete(gone); err != nil {
				return err
			}
		}
	}
	if err := s.save(added...); err != nil {
		return err
	}
	s.past.remember(s.state)
	s.records[i], s.lastID = in, last
	s.records = append(s.records, added[1:]...)
	s.records = slices.DeleteFunc(s.records, func(r storedRecord) bool {
		re, ok := r.(*Repository)
		return ok && re.TrackedFolderID == id && missing[re.Origin] == re.ID
	})
	return nil
}
