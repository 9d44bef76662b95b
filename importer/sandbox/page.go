package sandbox

import (
	_ "embed"
	"html/template"
	"net/http"
	"strconv"
	"time"
)

//go:embed page.html
var pageHTML string

var pageTemplate = template.Must(template.New("page").Parse(pageHTML))

// pageRow is an integration or a repository as the page lists it.
type pageRow struct {
	ID                        int64
	Name, Type, Origin, State string
	Projects                  []string // keys; empty: none
	Global                    bool
	Added, Indexed            time.Time // Indexed is zero before the first indexing has ended
}

// pageData is what the page shows.
type pageData struct {
	Rows                       []pageRow
	Integrations, Repositories int
	Indexing, Disabled         int
	Now                        time.Time
}

// page lists the integrations and repositories for people, without scripts and without credentials: it shows no secret.
func (s *Server) page(w http.ResponseWriter, r *http.Request) {
	now := wireTime(r)
	stored := all[storedRecord](s.store)
	data := pageData{Rows: make([]pageRow, len(stored)), Integrations: len(all[*Integration](s.store)), Now: now}
	data.Repositories = len(stored) - data.Integrations
	for i, r := range stored {
		row := s.pageRow(r, now)
		switch row.State {
		case "indexing":
			data.Indexing++
		case "disabled":
			data.Disabled++
		}
		data.Rows[i] = row
	}
	w.Header().Set("Content-Type", "text/html;charset=UTF-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
	if err := pageTemplate.Execute(w, data); err != nil {
		http.Error(w, "sandbox: "+err.Error(), http.StatusInternalServerError)
	}
}

func (s *Server) pageRow(r storedRecord, now time.Time) pageRow {
	c := r.connection()
	row := pageRow{
		ID: c.ID, Name: c.DisplayName, Type: typeText(r), Origin: c.Origin, Global: c.Global,
		Added: c.InitDate, Indexed: c.lastIndexed(now, s.indexTime), State: "indexed",
	}
	switch {
	case c.Disabled:
		row.State = "disabled"
	case !c.indexed(now, s.indexTime):
		row.State = "indexing"
	}
	for _, id := range c.ProjectMappingIDs {
		key := strconv.FormatInt(id, 10) // of a project that was there before a restart
		if p, ok := s.project(id); ok {
			key = p.Key
		}
		row.Projects = append(row.Projects, key)
	}
	return row
}

func typeText(r storedRecord) string {
	switch r := r.(type) {
	case *Integration:
		return r.Type
	case *Repository:
		if r.TrackedFolderID != 0 {
			return "repository in " + strconv.FormatInt(r.TrackedFolderID, 10)
		}
	}
	return "repository"
}
