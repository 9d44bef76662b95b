package sandbox

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// percent is a number that always shows one decimal, as Java's doubles do: 100.0.
type percent float64

func (p percent) MarshalJSON() ([]byte, error) {
	return strconv.AppendFloat(nil, float64(p), 'f', 1, 64), nil
}

func (s *Server) indexStatus(r *http.Request) (any, error) {
	id, err := parseID(r.URL.Query().Get("repoId"))
	if err != nil {
		return nil, err
	}
	indexed, err := get[storedRecord](s.store, id)
	if err != nil {
		return nil, err
	}
	now, c := time.Now(), indexed.connection()
	progress := percent(100)
	if !c.indexed(now, s.indexTime) {
		progress = percent(100 * now.Sub(c.IndexStart).Seconds() / s.indexTime.Seconds())
	}
	failures := map[string]string{}
	if text, fails := s.indexingFailure(indexed); fails && progress == 100 {
		failures["Indexing "+c.DisplayName] = text
	}
	return struct {
		Success  bool               `json:"success"`
		Finished bool               `json:"finished"`
		Messages map[string]percent `json:"messages"`
		Errors   map[string]string  `json:"errors"`
		Last     percent            `json:"lastOperationPercent"`
	}{
		Success:  true,
		Finished: progress == 100,
		Messages: map[string]percent{"Indexing " + c.DisplayName: progress},
		Errors:   failures,
		Last:     progress,
	}, nil
}

func (s *Server) reindex(r *http.Request) (any, error) {
	fields, err := decodeBody(r)
	if err != nil {
		return nil, err
	}
	var repoID *int64
	if raw, ok := fields["repoId"]; ok {
		if err := json.Unmarshal(raw, &repoID); err != nil {
			return nil, &rejection{http.StatusBadRequest, `Can not deserialize value of field "repoId"`}
		}
	}
	priority := 24
	if raw, ok := fields["priority"]; ok && json.Unmarshal(raw, &priority) != nil {
		return nil, &rejection{http.StatusBadRequest, `Can not deserialize value of field "priority"`}
	}
	if priority < 1 {
		return nil, &refusal{"Field 'priority' must be at least 1", "Please enter a positive number."}
	}
	now := wireTime(r)
	if repoID != nil {
		_, err = update(s.store, *repoID, s.startIndexing(now))
	} else {
		err = s.store.updateAll(s.startIndexing(now))
	}
	if err != nil {
		return nil, err
	}
	return struct {
		Success  bool   `json:"success"`
		Finished bool   `json:"finished"`
		ThreadID string `json:"threadId"`
	}{true, false, newThreadID()}, nil
}

// startIndexing keeps the end of the indexing before. One that is under way goes on.
func (s *Server) startIndexing(now time.Time) func(storedRecord) error {
	return func(r storedRecord) error {
		c := r.connection()
		if c.indexed(now, s.indexTime) {
			c.LastIndexed, c.IndexStart = c.lastIndexed(now, s.indexTime), now
		}
		return nil
	}
}

func newThreadID() string {
	var b [16]byte
	rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
