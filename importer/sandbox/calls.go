package sandbox

import (
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"strconv"
	"time"
)

// one is the answer to add and update: success is a string here.
type one struct {
	Success     string `json:"success"`
	Integration view   `json:"integration"`
}

// done is the answer to calls that have nothing else to say: success is a boolean here.
type done struct {
	Success bool `json:"success"`
}

func (s *Server) add(r *http.Request) (any, error) {
	fields, err := decodeBody(r)
	if err != nil {
		return nil, err
	}
	in := newIntegration()
	if err := set(in, fields); err != nil {
		return nil, err
	}
	in.complete()
	s.nameStored(r, &in.Connection)
	if err := s.check(in); err != nil {
		return nil, err
	}
	now := wireTime(r)
	in.InitDate, in.IndexStart, in.ByManager = now, now, s.isManager(r)
	if err := s.store.add(in, in.found(s.tracked)...); err != nil {
		return nil, err
	}
	return one{"true", s.show(r, in, now)}, nil
}

// listIntegrations answers with all integrations at once: the app does not page.
func (s *Server) listIntegrations(w http.ResponseWriter, r *http.Request) {
	now := time.Now()
	w.Header().Set("Content-Type", jsonType)
	io.WriteString(w, `{"success":true,"integrations":[`)
	enc := newEncoder(w)
	for i, in := range listed[*Integration](s, r) {
		if i > 0 {
			io.WriteString(w, ",")
		}
		v := s.show(r, in, now)
		v.ShowAllTags = new(blank(in.TagsFilter))
		_ = enc.Encode(v) // as in writeJSON
	}
	io.WriteString(w, "]}\n")
}

func (s *Server) get(r *http.Request) (any, error) {
	id, err := pathID(r)
	if err != nil {
		return nil, err
	}
	in, err := get[*Integration](s.store, id)
	if err != nil {
		return nil, err
	}
	return struct {
		Success     string `json:"success"`
		Integration []view `json:"integration"`
	}{"true", []view{s.show(r, in, time.Now())}}, nil
}

// update changes the fields that are there. The type cannot be changed: it is ignored, as unknown fields are.
func (s *Server) update(r *http.Request) (any, error) {
	id, err := pathID(r)
	if err != nil {
		return nil, err
	}
	fields, err := decodeBody(r)
	if err != nil {
		return nil, err
	}
	delete(fields, "type")
	s.countTouched(id)
	stored, err := update(s.store, id, func(in *Integration) error {
		if s.isManager(r) && !in.ByManager && setsProjects(fields) {
			return &rejection{http.StatusForbidden, "Forbidden: a manager may not change the projects of an integration that others made."}
		}
		if in.Type == "FILESPACE" && fields["folderDepth"] == nil {
			return depthRequired()
		}
		before := *in
		if err := set(in, fields); err != nil {
			return err
		}
		in.complete()
		s.nameStored(r, &in.Connection)
		if s.scans() && in.listsOther(&before) {
			_ = s.startIndexing(wireTime(r))(in) // it never fails
		}
		return s.check(in)
	})
	if err != nil {
		return nil, err
	}
	v := s.show(r, stored, time.Now())
	v.RequireUserPAT = nil
	return one{"true", v}, nil
}

func setsProjects(fields map[string]json.RawMessage) bool {
	return fields["global"] != nil || fields["projectMappingIds"] != nil
}

// remove deletes an integration, with the repositories inside it. There are no files that deleteFiles could delete.
func (s *Server) remove(r *http.Request) (any, error) {
	id, err := pathID(r)
	if err != nil {
		return nil, err
	}
	s.countTouched(id)
	return done{true}, remove[*Integration](s.store, id)
}

func (s *Server) disable(r *http.Request) (any, error) {
	id, err := pathID(r)
	if err != nil {
		return nil, err
	}
	disable, err := strconv.ParseBool(r.URL.Query().Get("disable"))
	if err != nil {
		return nil, &refusal{"Parameter 'disable' is required", "Please use disable=true or disable=false."}
	}
	s.countTouched(id)
	_, err = update(s.store, id, func(r storedRecord) error {
		r.connection().Disabled = disable
		return nil
	})
	return done{true}, err
}

// pathID is the id in the path. One that is no number is no such page, as in JAX-RS.
func pathID(r *http.Request) (int64, error) { return parseID(r.PathValue("id")) }

func parseID(text string) (int64, error) {
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, &rejection{http.StatusNotFound, "Not Found"}
	}
	return id, nil
}

// decodeBody answers errors as the framework does, and never quotes the body: it holds secrets.
func decodeBody(r *http.Request) (map[string]json.RawMessage, error) {
	if media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || media != "application/json" {
		return nil, &rejection{http.StatusUnsupportedMediaType, "Unsupported Media Type: application/json is wanted"}
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(body, &fields); err != nil || fields == nil {
		return nil, &rejection{http.StatusBadRequest, "The request body is not a JSON object"}
	}
	return fields, nil
}
