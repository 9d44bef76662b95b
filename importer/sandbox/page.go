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

// pageRow is an integration as the page lists it.
type pageRow struct {
	ID                        int64
	Name, Type, Origin, State string
	Projects                  []string // keys; empty: none
	Global                    bool
	Added, Indexed            time.Time // Indexed is zero before the first indexing has ended
}

// pageData is what the page shows.
type pageData struct {
	Rows               []pageRow
	Indexing, Disabled int
	Now                time.Time
}

// page lists the integrations for people, without scripts and without credentials: it shows no secret.
func (s *Server) page(w http.ResponseWriter, _ *http.Request) {
	now := wireTime()
	stored := s.store.list()
	data := pageData{Rows: make([]pageRow, len(stored)), Now: now}
	for i, in := range stored {
		row := s.pageRow(in, now)
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

func (s *Server) pageRow(in *Integration, now time.Time) pageRow {
	row := pageRow{
		ID: in.ID, Name: in.DisplayName, Type: in.Type, Origin: in.Origin, Global: in.Global,
		Added: in.InitDate, Indexed: in.lastIndexed(now, s.indexTime), State: "indexed",
	}
	switch {
	case in.Disabled:
		row.State = "disabled"
	case !in.indexed(now, s.indexTime):
		row.State = "indexing"
	}
	for _, id := range in.ProjectMappingIDs {
		key := strconv.FormatInt(id, 10) // of a project that was there before a restart
		if p, ok := s.project(id); ok {
			key = p.Key
		}
		row.Projects = append(row.Projects, key)
	}
	return row
}
