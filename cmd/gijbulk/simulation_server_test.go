package main

import (
	"cmp"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// simKey identifies what a manifest or a request names. A repository has neither type nor name.
type simKey struct{ kind, typ, origin, name string }

const simGitHub = "https://api.github.com"

func newSimKey(kind, typ, origin, name string) simKey {
	if kind == "repository" {
		return simKey{kind: kind, origin: origin}
	}
	if typ == "GITHUB" {
		origin = cmp.Or(origin, simGitHub)
	}
	return simKey{"integration", typ, origin, name}
}

// exact reports whether a key says alone which record it is.
func (k simKey) exact() bool { return k.kind == "repository" || k.name != "" }

// folded is the same for all keys that a server that rewrites names may keep as one.
func (k simKey) folded() simKey {
	k.name = strings.ToLower(strings.Join(strings.Fields(k.name), " "))
	k.name = strings.TrimSpace(k.name[:min(len(k.name), 255)]) // the cut may be after a blank
	return k
}

// String names a key in stories.
func (k simKey) String() string {
	return strings.Join(strings.Fields(k.kind+" "+k.typ+" "+strings.TrimPrefix(k.origin, "https://")+" "+simShort(k.name)), " ")
}

func simShort(name string) string {
	if len(name) > 40 {
		return name[:40] + "…" + strconv.Itoa(len(name))
	}
	return name
}

// simRecord is a record on the server, with who did what to it.
type simRecord struct {
	id      int64
	key     simKey // as it is now, with the name that the server shows
	sent    simKey // as the request that named it last gave it
	ours    simKey // as it was when a command wrote it last
	fields  map[string]any
	written map[string]any // the fields, when a command wrote it last
	init    int64
	made    time.Time
	by      *simCommand // nil: another administrator
	foreign time.Time   // the last change by another administrator
	proven  bool        // the answer to the command that made it has arrived
	claimed bool        // a manifest has named exactly this record
}

// asWritten: another administrator who changes a record and changes it back has left nothing that shows it.
func (r *simRecord) asWritten() bool {
	return r.key == r.ours && reflect.DeepEqual(r.fields, r.written)
}

// simServer is the server that is simulated. It shares no code with the sandbox or the client, so that
// a mistake of theirs is not repeated here.
type simServer struct {
	records map[int64]*simRecord
	next    int64
	rewrite string        // how names are rewritten: "", space, case or short
	lag     time.Duration // lists do not show what is younger
	bare    bool          // repositories show no initDate
	lists   map[string][]map[string]any
	say     func(format string, args ...any)
	effect  func(c *simCommand, r *simRecord, what string, fields map[string]any) // judges each change by us, before it is made
	adds    func(c *simCommand, k simKey)                                         // likewise each create
	made    func(r *simRecord)                                                    // by whomever
}

func newSimServer() *simServer {
	return &simServer{records: make(map[int64]*simRecord), next: 1, lists: make(map[string][]map[string]any)}
}

func (s *simServer) sorted() []*simRecord {
	return slices.SortedFunc(maps.Values(s.records), func(a, b *simRecord) int { return cmp.Compare(a.id, b.id) })
}

// live are the records of an identity.
func (s *simServer) live(k simKey) (found []*simRecord) {
	for _, r := range s.sorted() {
		if r.key == k || r.sent == k && r.key == s.stored(k) {
			found = append(found, r)
		}
	}
	return found
}

// stored is a key as the server keeps it.
func (s *simServer) stored(k simKey) simKey {
	if k.kind == "repository" {
		return k
	}
	switch {
	case k.name == "":
		k.name = k.origin + "/*"
	case s.rewrite == "space":
		k.name = strings.Join(strings.Fields(k.name), " ")
	case s.rewrite == "case":
		k.name = strings.ToLower(k.name)
	case s.rewrite == "short":
		k.name = strings.TrimSpace(k.name[:min(len(k.name), 255)]) // the cut may be after a blank
	}
	return k
}

func (s *simServer) add(by *simCommand, k simKey, fields map[string]any) *simRecord {
	r := &simRecord{id: s.next, key: s.stored(k), sent: k, ours: s.stored(k), fields: fields, written: maps.Clone(fields), by: by, made: time.Now(), init: time.Now().UnixMilli()}
	s.next++
	if by == nil {
		r.foreign = r.made
	}
	s.records[r.id] = r
	s.made(r)
	s.say("id %d: %v, made by %s", r.id, k, by.author())
	return r
}

// simAnswer is what the server answers; a nil body is an empty one.
type simAnswer struct {
	status int
	body   any
}

func simOK(body any) simAnswer { return simAnswer{http.StatusOK, body} }

func simRefused(text string) simAnswer {
	return simOK(map[string]any{"success": false, "error": text, "advice": "Please try again with an existing repository id."})
}

// handle carries out a request of a command.
func (s *simServer) handle(c *simCommand, method string, u *url.URL, body []byte) simAnswer {
	if path, ours := strings.CutPrefix(u.Path, "/rest/gitplugin/1.0/"); ours {
		var fields map[string]any
		if len(body) > 0 && json.Unmarshal(body, &fields) != nil {
			return simAnswer{http.StatusBadRequest, nil}
		}
		return s.app(c, method, path, u.Query(), fields)
	}
	switch u.Path {
	case "/rest/api/2/serverInfo":
		return simOK(map[string]any{"baseUrl": simJira, "version": "9.12.4"})
	case "/rest/api/2/myself":
		return simOK(map[string]any{"name": "admin", "displayName": "An Administrator"})
	case "/rest/api/2/mypermissions":
		return simOK(map[string]any{"permissions": map[string]any{"ADMINISTER": map[string]any{"havePermission": true}}})
	case "/rest/api/2/project":
		return simOK([]any{map[string]any{"id": "10000", "key": "ABC", "name": "Abc"}})
	}
	return simAnswer{http.StatusNotFound, nil}
}

func (s *simServer) app(c *simCommand, method, path string, q url.Values, fields map[string]any) simAnswer {
	kind, rest, _ := strings.Cut(path, "/")
	id := simID(kind, rest, q, fields)
	switch {
	case kind != "integration" && kind != "repository":
		return simAnswer{http.StatusNotFound, nil}
	case method == http.MethodGet && rest == "":
		return s.list(c, kind)
	case method == http.MethodPost && rest == "":
		return s.create(c, kind, fields)
	}
	r := s.records[id]
	if r == nil || !strings.HasSuffix(rest, "/disable") && r.key.kind != kind {
		return simRefused("Repository with id=" + strconv.FormatInt(id, 10) + " does not exist")
	}
	switch {
	case method == http.MethodGet:
		return simOK(map[string]any{"success": "true", "integration": []any{s.show(r)}})
	case method == http.MethodDelete:
		s.effect(c, r, "delete", nil)
		delete(s.records, id)
		s.say("id %d: deleted by %s", id, c.author())
		return simOK(map[string]any{"success": true})
	case strings.HasSuffix(rest, "/disable"):
		fields = map[string]any{"disabled": q.Get("disable") == "true"}
		s.update(c, r, fields)
		return simOK(map[string]any{"success": true})
	case method == http.MethodPut:
		s.update(c, r, fields)
		return s.written(r)
	}
	return simAnswer{http.StatusMethodNotAllowed, nil}
}

// simID finds the id in a path, a query or a body.
func simID(kind, rest string, q url.Values, fields map[string]any) int64 {
	text, _, _ := strings.Cut(rest, "/")
	if text == "" {
		text = q.Get("id")
	}
	if id, err := strconv.ParseInt(text, 10, 64); err == nil {
		return id
	}
	id, _ := fields["id"].(float64)
	if kind != "repository" {
		return 0
	}
	return int64(id)
}

func (s *simServer) create(c *simCommand, kind string, fields map[string]any) simAnswer {
	key := simWantedKey(kind, fields)
	s.adds(c, key)
	r := s.add(c, key, fields)
	return s.written(r)
}

func (s *simServer) written(r *simRecord) simAnswer {
	if r.key.kind == "repository" {
		return simOK(s.show(r))
	}
	return simOK(map[string]any{"success": "true", "integration": s.show(r)})
}

func (s *simServer) update(c *simCommand, r *simRecord, fields map[string]any) {
	delete(fields, "id")
	s.effect(c, r, "update", fields)
	s.set(r, fields)
	r.ours, r.written = r.key, maps.Clone(r.fields)
	s.say("id %d: now %v %s, by %s", r.id, r.key, simFields(fields), c.author())
}

func (s *simServer) set(r *simRecord, fields map[string]any) {
	for name, value := range fields {
		r.fields[name] = value
	}
	if name, given := fields["displayName"].(string); given {
		r.sent.name, r.key.name = name, name
		if r.key.kind == "repository" {
			r.sent.name, r.key.name = "", ""
		}
	}
	if origin, given := fields["origin"].(string); given {
		r.sent.origin, r.key.origin = origin, origin
	}
	r.key = s.stored(r.key)
}

// show is a record as the server shows it.
func (s *simServer) show(r *simRecord) map[string]any {
	v := map[string]any{"id": r.id, "origin": r.key.origin, "displayName": r.key.name, "initDate": r.init,
		"disabled": false, "sendCommitEmails": false, "smartCommitsEnabled": true, "gitViewerEnabled": true, "global": true, "projectMappingIds": []int{}}
	for _, name := range []string{"disabled", "sendCommitEmails", "smartCommitsEnabled", "gitViewerEnabled", "tagsFilter"} {
		if value, given := r.fields[name]; given && value != "" {
			v[name] = value
		}
	}
	if r.key.kind == "integration" {
		v["integrationType"] = r.key.typ
		return v
	}
	if name, given := r.fields["displayName"]; given {
		v["displayName"] = name
	}
	if s.bare {
		delete(v, "initDate")
	}
	return v
}

// list answers with all of a kind: as they are, or as an answer that is late or cached.
func (s *simServer) list(c *simCommand, kind string) simAnswer {
	shown := []map[string]any{}
	for _, r := range s.sorted() {
		if r.key.kind == kind && (r.by == nil && r.foreign.Equal(r.made) && s.lag == 0 || time.Since(r.made) >= s.lag) {
			shown = append(shown, s.show(r))
		}
	}
	cached := s.lists[kind]
	s.lists[kind] = shown
	switch c.fault {
	case "cached":
		shown = append([]map[string]any{}, cached...)
	case "empty":
		shown = []map[string]any{}
	}
	if slices.Contains([]string{"", "cached", "empty"}, c.fault) { // the others never arrive
		c.saw(s, kind, shown)
	}
	if kind == "repository" {
		return simOK(map[string]any{"success": true, "repositories": shown})
	}
	return simOK(map[string]any{"success": true, "integrations": shown})
}

// simFields shows what an update sets, without its secrets.
func simFields(fields map[string]any) string {
	shown := maps.Clone(fields)
	for _, secret := range []string{"pat", "password", "username"} {
		if _, given := shown[secret]; given {
			shown[secret] = "…"
		}
	}
	text, _ := json.Marshal(shown)
	return string(text)
}
