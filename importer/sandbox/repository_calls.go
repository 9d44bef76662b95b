package sandbox

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// addRepository answers with the bare repository, without success, and so does updateRepository.
func (s *Server) addRepository(r *http.Request) (any, error) {
	fields, err := decodeBody(r)
	if err != nil {
		return nil, err
	}
	if _, given := fields["absoluteRoot"]; !given {
		return nil, &refusal{"Field 'absoluteRoot' is required", "Please use false for a clone that the app manages."}
	}
	re := newRepository()
	if err := set(re, fields); err != nil {
		return nil, err
	}
	re.complete()
	s.nameStored(r, &re.Connection)
	if err := s.checkRepository(re); err != nil {
		return nil, err
	}
	now := wireTime(r)
	re.InitDate, re.IndexStart = now, now
	if err := s.store.add(re); err != nil {
		return nil, err
	}
	return s.showRepository(re, now), nil
}

// updateRepository changes the fields that are there, of the repository whose id stands among them. As the vendor warns,
// disabled is taken without a word and has no effect, and so is all that is read-only inside an integration.
func (s *Server) updateRepository(r *http.Request) (any, error) {
	fields, err := decodeBody(r)
	if err != nil {
		return nil, err
	}
	var id int64
	if err := json.Unmarshal(fields["id"], &id); err != nil || id == 0 {
		return nil, &refusal{"Field 'id' is required", "Please use the id of an existing repository."}
	}
	delete(fields, "disabled")
	s.countTouched(id)
	stored, err := update(s.store, id, func(re *Repository) error {
		if err := set(re, re.settable(fields)); err != nil {
			return err
		}
		re.complete()
		s.nameStored(r, &re.Connection)
		return s.checkRepository(re)
	})
	if err != nil {
		return nil, err
	}
	return s.showRepository(stored, time.Now()), nil
}

func (s *Server) removeRepository(r *http.Request) (any, error) {
	id, err := parseID(r.URL.Query().Get("id"))
	if err != nil {
		return nil, err
	}
	s.countTouched(id)
	return done{true}, remove[*Repository](s.store, id)
}

func (s *Server) listRepositories(r *http.Request) (any, error) {
	if s.paged {
		return nil, &rejection{http.StatusNotFound, "Not Found"}
	}
	return struct {
		Success      bool             `json:"success"`
		Repositories []repositoryView `json:"repositories"`
	}{true, s.showRepositories(s.visible(r))}, nil
}

// longestPage is how many repositories a page holds at most; a client that asks for more is rejected.
const longestPage = 100

// pageRepositories answers with a part of the list. The vendor does not document this call.
func (s *Server) pageRepositories(r *http.Request) (any, error) {
	offset, err := number(r, "offset", 0, 0, 1<<31-1)
	if err != nil {
		return nil, err
	}
	limit, err := number(r, "limit", longestPage, 1, longestPage)
	if err != nil {
		return nil, err
	}
	all := s.visible(r)
	page := all[min(offset, len(all)):min(offset+limit, len(all))]
	return struct {
		Success      bool             `json:"success"`
		Total        int              `json:"total"`
		Offset       int              `json:"offset"`
		Count        int              `json:"count"`
		Repositories []repositoryView `json:"repositories"`
	}{true, len(all), offset, len(page), s.showRepositories(page)}, nil
}

// number reads a parameter of the query.
func number(r *http.Request, name string, absent, low, high int) (int, error) {
	text := r.URL.Query().Get(name)
	if text == "" {
		return absent, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < low || n > high {
		return 0, &rejection{http.StatusBadRequest, fmt.Sprintf("%s must be from %d to %d", name, low, high)}
	}
	return n, nil
}

// visible is what the user may see. That it is a part for an ordinary user is documented; which part is not.
func (s *Server) visible(r *http.Request) []*Repository {
	repositories := listed[*Repository](s, r)
	if s.notAdmin {
		repositories = slices.DeleteFunc(repositories, func(re *Repository) bool { return !re.Global })
	}
	return repositories
}
