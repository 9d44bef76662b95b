package schema

import (
	"maps"
	"slices"
	"strings"
)

// judgeProjects holds the keys to Jira's form, and global against the projects.
func (j *judge) judgeProjects() {
	projects, ids := j.record.Get(FieldProjects), j.record.Get(FieldProjectMappingIDs)
	for _, key := range projects.Words() {
		if validProjectKey(key) {
			continue
		}
		finding := j.report(FieldProjects, CodeBadProjectKey, "%s is not a Jira project key", Quote(key))
		if key != "" && strings.Trim(key, "0123456789") == "" {
			finding.Advice = "write the id into projectMappingIds"
		} else if up := strings.ToUpper(key); validProjectKey(up) {
			finding.Advice = "did you mean " + up + "?"
		}
	}
	global := j.record.Get(FieldGlobal)
	if global.Bool() && (len(projects.Words()) > 0 || len(ids.IDs()) > 0) {
		j.report(FieldGlobal, CodeGlobalProjects, "global is true, and projects are given")
	}
	if (projects.IsSet() || ids.IsSet()) && !global.IsSet() && !j.written(FieldGlobal) {
		j.record.put(FieldGlobal, Bool(false))
	}
}

func validProjectKey(key string) bool {
	for i, r := range key {
		if r >= 'A' && r <= 'Z' || i > 0 && (r == '_' || r >= '0' && r <= '9') {
			continue
		}
		return false
	}
	return key != ""
}

// ResolveProjects turns the project keys of a record into ids, in addition to those that it
// already has. ids maps the keys of one Jira. A key that is not among them is an error of the
// record.
func ResolveProjects(r Record, ids map[string]int64) Record {
	if len(r.Rules) > 0 {
		rules := make([]Record, len(r.Rules))
		for i, rule := range r.Rules {
			rules[i] = ResolveProjects(rule, ids)
		}
		r.Rules = rules
	}
	keys := r.Get(FieldProjects)
	if !keys.IsSet() {
		return r
	}
	all := slices.Clone(r.Get(FieldProjectMappingIDs).IDs())
	for _, key := range keys.Words() {
		if id, ok := ids[key]; ok {
			all = append(all, id)
			continue
		}
		finding := CodeUnknownProject.Newf(r.Place, FieldProjects.String(), "this Jira has no project %s", key)
		if near := Nearest(key, slices.Sorted(maps.Keys(ids))); near != "" {
			finding = finding.Advise("did you mean %s?", near)
		}
		r = r.WithFindings(finding)
	}
	return r.Set(FieldProjectMappingIDs, IDs(all...))
}

// NameProjects is the reverse of [ResolveProjects]: a record's project ids as keys, which
// mean the same projects on another Jira. named is false where an id has no key here, and
// the record as it was.
func NameProjects(r Record, keys map[int64]string) (portable Record, named bool) {
	ids := r.Get(FieldProjectMappingIDs).IDs()
	words := make([]string, len(ids))
	for i, id := range ids {
		if words[i], named = keys[id]; !named {
			return r, false
		}
	}
	if len(words) > 0 {
		r = r.Set(FieldProjects, Words(words...)).Set(FieldProjectMappingIDs, Value{})
	}
	return r, true
}
