package convert

import (
	"cmp"
	"slices"
	"strings"
)

// divide separates the repositories of a group from what its host lists besides, in as few
// integrations as the app's limits allow.
func (g *group) divide() []part {
	d := &division{filter: g.service.Filter, wanted: namesOf(g.rows), byName: g.choice}
	if g.choice {
		return best(d)
	}
	unwanted := g.listedTogether(d.states(g.unwanted()))
	d.unwanted = namesOf(unwanted)
	if !slices.ContainsFunc(unwanted, func(r *Row) bool { return r.byChoice }) {
		return best(d) // that they have something in common besides is by chance
	}
	return best(d, d.keeping(g.rows, unwanted), d.dropping(g.rows, unwanted))
}

func (g *group) unwanted() []*Row {
	kept := map[string]bool{}
	for _, r := range g.rows {
		kept[r.Repo.identity()] = true
	}
	return slices.DeleteFunc(slices.Clone(g.left), func(r *Row) bool { return r.Repo.Key == "" || kept[r.Repo.identity()] })
}

// listedTogether are those that the host lists together with the wanted ones.
func (g *group) listedTogether(unwanted []*Row) []*Row {
	containers := namesOf(g.rows)
	folder := ""
	if g.service == GitLab && !g.personal {
		folder = g.folder() + "/"
	}
	return slices.DeleteFunc(unwanted, func(r *Row) bool {
		return containers[r.container()] == nil || !strings.HasPrefix(r.Repo.Key, folder)
	})
}

func namesOf(rows []*Row) map[string][]string {
	names := map[string][]string{}
	for _, r := range rows {
		names[r.container()] = append(names[r.container()], r.Repo.Key)
	}
	for container, of := range names {
		slices.Sort(of)
		names[container] = slices.Compact(of)
	}
	return names
}

// rowsOf are the repositories of a part, by their names.
func (g *group) rowsOf(p part) []*Row {
	named := map[term]*Row{}
	for _, r := range g.rows {
		named[term{container: r.container(), text: r.Repo.Key}] = r
	}
	var rows []*Row
	for _, n := range p.nodes {
		for _, name := range n.names {
			rows = append(rows, named[term{container: n.term.container, text: name}])
		}
	}
	return rows
}

func (r *Row) container() string {
	if r.Repo.Service.Filter.container == "" {
		return ""
	}
	return r.Repo.Project
}

// states adds the conditions that keep out what is left out by a state that the host
// tells, which stay true later. It returns the others.
func (d *division) states(unwanted []*Row) (others []*Row) {
	used := map[Flag]bool{}
	for _, r := range unwanted {
		i := slices.IndexFunc(r.left, func(flag Flag) bool { return d.filter.flags[flag] != "" })
		if i < 0 {
			others = append(others, r)
			continue
		}
		used[r.left[i]] = true
	}
	for _, flag := range Flags() {
		if used[flag] {
			d.conditions = append(d.conditions, field(d.filter.flags[flag]).not())
		}
	}
	return slices.DeleteFunc(others, func(r *Row) bool {
		return slices.ContainsFunc(r.Repo.flags, func(flag Flag) bool { return used[flag] })
	})
}

// keeping is the division by what the wanted repositories have and the others have not, or
// nil.
func (d *division) keeping(wanted, unwanted []*Row) *division {
	traits, rest := d.filter.covering(wanted, unwanted, func(condition, []*Row) bool { return true })
	if len(rest) > 0 {
		return nil
	}
	return d.narrowed(either(traits...), nil)
}

// dropping is the division by what unwanted repositories have and the wanted have not, or
// nil.
func (d *division) dropping(wanted, unwanted []*Row) *division {
	shorter := func(c condition, covered []*Row) bool {
		size := 0
		for _, r := range covered {
			size += d.filter.size(term{r.container(), wholeName, r.Repo.Key})
		}
		return len(c.text) < size
	}
	traits, rest := d.filter.covering(unwanted, wanted, shorter)
	if len(traits) == 0 {
		return nil
	}
	return d.narrowed(either(traits...).not(), rest)
}

func (d *division) narrowed(c condition, unwanted []*Row) *division {
	narrow := *d
	narrow.conditions = append(slices.Clip(d.conditions), c)
	narrow.unwanted = namesOf(unwanted)
	return &narrow
}

// covering picks traits that some rows have and none of the others, those first that most
// rows have that no earlier one covers. rest has no trait.
func (f *Filter) covering(rows, others []*Row, worth func(condition, []*Row) bool) (traits []condition, rest []*Row) {
	holders := map[condition][]*Row{}
	for _, r := range rows {
		for _, t := range f.traits(r) {
			holders[t] = append(holders[t], r)
		}
	}
	for _, r := range others {
		for _, t := range f.traits(r) {
			delete(holders, t)
		}
	}
	covered := map[*Row]bool{}
	for {
		var most []*Row
		var trait condition
		for t, have := range holders {
			have = slices.DeleteFunc(have, func(r *Row) bool { return covered[r] })
			holders[t] = have
			if n := cmp.Or(cmp.Compare(len(have), len(most)), cmp.Compare(len(trait.text), len(t.text)), strings.Compare(trait.text, t.text)); n > 0 && worth(t, have) {
				most, trait = have, t
			}
		}
		if len(most) == 0 {
			break
		}
		for _, r := range most {
			covered[r] = true
		}
		traits = append(traits, trait)
	}
	return traits, slices.DeleteFunc(slices.Clone(rows), func(r *Row) bool { return covered[r] })
}

// traits are what the host's filter can see of a repository besides its name.
func (f *Filter) traits(r *Row) []condition {
	var traits []condition
	for _, flag := range r.Repo.flags {
		if f.flags[flag] != "" {
			traits = append(traits, field(f.flags[flag]))
		}
	}
	if f.topics != "" {
		for _, topic := range r.Repo.Topics {
			traits = append(traits, condition{f.HasTopic(topic), call})
		}
	}
	if f.private.text != "" && !r.Repo.Public {
		traits = append(traits, f.private)
	}
	return traits
}
