package convert

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Filter says how the app's filter, a JMESPath expression, sees the listing of a
// service (the vendor's pages on JMESPath filters).
type Filter struct {
	key       string          // the field that names a repository
	container string          // the field that names what the key is unique in, or ""
	wrap      string          // what the filter is put in, with %s; "" for nothing
	flags     map[Flag]string // the fields that tell a flag
}

func (f *Filter) onlyNamed(rows []*Row) string {
	return f.Where([]string{f.named(rows)})
}

func (f *Filter) named(rows []*Row) string {
	if f.container == "" {
		return among(f.key, keysOf(rows))
	}
	in := map[string][]*Row{}
	for _, r := range rows {
		in[r.Repo.Project] = append(in[r.Repo.Project], r)
	}
	var parts []string
	for _, project := range slices.Sorted(maps.Keys(in)) {
		parts = append(parts, among(f.container, []string{project})+" && "+among(f.key, keysOf(in[project])))
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return "(" + strings.Join(parts, ") || (") + ")"
}

// allBut selects what is not left out, where the listing was of everything: by flags
// that the host tells, so that it stays true later, and else by name. It is "" where
// nothing was left out.
func (f *Filter) allBut(kept, left []*Row) string {
	var conditions []string
	if f.container != "" {
		conditions = append(conditions, among(f.container, projectsOf(kept)))
	}
	var others []*Row
	used := map[Flag]bool{}
	for _, r := range left {
		i := slices.IndexFunc(r.left, func(flag Flag) bool { return f.flags[flag] != "" })
		if i < 0 {
			others = append(others, r)
			continue
		}
		used[r.left[i]] = true
	}
	for _, flag := range Flags() {
		if used[flag] {
			conditions = append(conditions, f.Without(flag))
		}
	}
	if len(others) > 0 {
		conditions = append(conditions, "(!("+f.named(others)+"))")
	}
	return f.Where(conditions)
}

// Without selects what does not have a flag. The vendor's pages want a negation in brackets.
func (f *Filter) Without(flag Flag) string { return "(!" + f.flags[flag] + ")" }

// Where is the filter of what meets all conditions, or "" without any.
func (f *Filter) Where(conditions []string) string {
	if len(conditions) == 0 {
		return ""
	}
	filter := "[?" + strings.Join(conditions, " && ") + "]"
	if f.wrap != "" {
		return fmt.Sprintf(f.wrap, filter)
	}
	return filter
}

// cost is about how many bytes a repository takes in a filter.
func (f *Filter) cost(r *Row) int { return len(Literal(r.Repo.Key)) + 2 }

func among(field string, values []string) string {
	if len(values) == 1 {
		return field + "==" + Literal(values[0])
	}
	literals := make([]string, len(values))
	for i, v := range values {
		literals[i] = Literal(v)
	}
	return "contains([" + strings.Join(literals, ",") + "], " + field + ")"
}

// Literal writes a string of JMESPath.
func Literal(s string) string {
	if !strings.ContainsAny(s, `'\`) {
		return "'" + s + "'"
	}
	text, _ := json.Marshal(s) // a string always encodes
	return "`" + strings.ReplaceAll(string(text), "`", "\\`") + "`"
}

func keysOf(rows []*Row) []string {
	keys := make([]string, len(rows))
	for i, r := range rows {
		keys[i] = r.Repo.Key
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

func projectsOf(rows []*Row) []string {
	var projects []string
	for _, r := range rows {
		projects = append(projects, r.Repo.Project)
	}
	slices.Sort(projects)
	return slices.Compact(projects)
}
