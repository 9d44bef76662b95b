package main

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
)

// simEntry is a record of a manifest.
type simEntry struct {
	key        simKey
	implicit   bool // its origin is left to the default
	fields     map[string]any
	previously []string
	pat        string // the variable that its secret comes from
}

// simSecrets are the variables that manifests refer to.
var simSecrets = map[string]string{"SIM_PAT_A": "canary-env-a-7c1", "SIM_PAT_B": "canary-env-b-9d2", "JIRA_TOKEN": "canary-token-5e3"}

// variable is the environment of the commands. With GOGC set they leave the garbage collector of the
// process alone, which all stories share: that more than doubles the runs per second.
func (w *simWorld) variable(name string) (value string, found bool) {
	if name == "GOGC" {
		return "set", true
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, found = simSecrets[name]; !found {
		return "", false
	}
	return w.secret(name), true
}

// secret is the value of a variable since it was last rotated.
func (w *simWorld) secret(name string) string {
	return simSecrets[name] + strings.Repeat("-rotated", w.rotations[name])
}

var (
	simNames   = []string{"alpha", "beta", "gamma", "Delta  Two", "Team Omega"}
	simOrigins = []string{"https://git.example.org", "https://git.example.org/two"}
	simRepos   = []string{"https://scm.example.org/a.git", "https://scm.example.org/b.git", "https://scm.example.org/ops/c.git"}
	simLong    = strings.Repeat("long name ", 28) + "end" // more than a server may keep
)

// simAnyKey is a random identity.
func simAnyKey(random *rand.Rand, long bool) simKey {
	switch random.IntN(4) {
	case 0:
		return simKey{kind: "repository", origin: simRepos[random.IntN(len(simRepos))]}
	case 1:
		return simKey{"integration", "GITHUB", simGitHub, simAnyName(random, long)}
	}
	return simKey{"integration", "GITLAB_SERVER", simOrigins[random.IntN(len(simOrigins))], simAnyName(random, long)}
}

func simAnyName(random *rand.Rand, long bool) string {
	if n := random.IntN(len(simNames) + 1); n < len(simNames) {
		return simNames[n]
	}
	if long {
		return simLong
	}
	return "" // the server names it
}

func simAnyFields(random *rand.Rand) map[string]any {
	fields := make(map[string]any)
	for _, name := range []string{"sendCommitEmails", "smartCommitsEnabled", "disabled"} {
		if random.IntN(4) == 0 {
			fields[name] = random.IntN(2) == 0
		}
	}
	if random.IntN(4) == 0 {
		fields["tagsFilter"] = []string{"v.*", "release-.*"}[random.IntN(2)]
	}
	return fields
}

func simAnyEntry(random *rand.Rand, long bool) simEntry {
	e := simEntry{key: simAnyKey(random, long), fields: simAnyFields(random), implicit: random.IntN(2) == 0}
	e.pat = []string{"SIM_PAT_A", "SIM_PAT_B"}[random.IntN(2)]
	return e
}

// simManifest are records with different identities, also for a server that rewrites names.
type simManifest []simEntry

func (m simManifest) has(k simKey) bool {
	return slices.ContainsFunc(m, func(e simEntry) bool { return e.key.folded() == k.folded() })
}

func (m simManifest) add(e simEntry) simManifest {
	if m.has(e.key) {
		return m
	}
	return append(slices.Clone(m), e)
}

func newSimManifest(random *rand.Rand, long bool) (m simManifest) {
	for n := 2 + random.IntN(6); n > 0; n-- {
		m = m.add(simAnyEntry(random, long))
	}
	return m
}

// twin adds a record whose name differs from that of another one only in letter case. A server that does not
// rewrite that keeps both.
func (m simManifest) twin(random *rand.Rand) simManifest {
	e := m[random.IntN(len(m))]
	if e.key.name == "" {
		return m
	}
	e.key.name, e.fields = strings.ToUpper(e.key.name), simAnyFields(random)
	return append(slices.Clone(m), e)
}

// edit changes a manifest at random.
func (m simManifest) edit(random *rand.Rand, long bool) simManifest {
	m = slices.Clone(m)
	i := random.IntN(len(m))
	e := m[i]
	switch random.IntN(5) {
	case 0:
		return m.add(simAnyEntry(random, long))
	case 1:
		if len(m) > 1 {
			return slices.Delete(m, i, i+1)
		}
	case 2:
		e.fields = simAnyFields(random)
	case 3:
		e.pat = []string{"SIM_PAT_A", "SIM_PAT_B"}[random.IntN(2)]
	case 4:
		return m.rename(i, simNames[random.IntN(len(simNames))])
	}
	m[i] = e
	return m
}

// rename gives a record another name, and says so with previously.
func (m simManifest) rename(i int, name string) simManifest {
	e := m[i]
	renamed := e.key
	renamed.name = name
	if e.key.kind == "repository" || e.key.name == "" || m.has(renamed) {
		return m
	}
	e.previously = append(slices.Clone(e.previously), e.key.name)
	e.key = renamed
	m[i] = e
	return m
}

// claims reports whether a manifest names exactly this identity, now or previously. The earlier name of a
// record that is live once under its own is nobody's; without live it counts too.
func (m simManifest) claims(k simKey, live func(simKey) []*simRecord) bool {
	return slices.ContainsFunc(m, func(e simEntry) bool {
		if e.key == k {
			return true
		}
		return (live == nil || len(live(e.key)) != 1) && slices.ContainsFunc(e.previously, func(name string) bool {
			old := e.key
			old.name = name
			return old == k
		})
	})
}

// write writes the manifest as JSON, with secrets of repositories or without.
func (m simManifest) write(path string, secrets bool) error {
	records := make([]map[string]any, len(m))
	for i, e := range m {
		r := make(map[string]any)
		for name, value := range e.fields {
			r[name] = value
		}
		r["origin"], r["kind"] = e.key.origin, e.key.kind
		if secrets || e.key.kind == "integration" {
			r["pat"] = "env:" + e.pat
		}
		if e.key.kind == "integration" {
			r["type"] = e.key.typ
			if e.key.name != "" {
				r["displayName"] = e.key.name
			}
		}
		if e.key.typ == "GITHUB" && e.implicit {
			delete(r, "origin")
		}
		if len(e.previously) > 0 {
			r["previously"] = e.previously
		}
		records[i] = r
	}
	text, err := json.MarshalIndent(records, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, text, 0o600)
}
