package schema

import "fmt"

// OpenToAll counts the records of each file that leave it to the server which projects see them.
// The zero value is ready.
type OpenToAll struct {
	counts map[string]int
	firsts []Place // of the first of them in each file
}

// Add counts a record that is one of them. A record with errors is not, and a rule leaves it to the integration.
func (o *OpenToAll) Add(r Record) {
	if r.Kind() == KindNested || r.Has(FieldGlobal) || r.Has(FieldProjects) || r.Has(FieldProjectMappingIDs) || len(r.Errors()) > 0 {
		return
	}
	if o.counts == nil {
		o.counts = make(map[string]int)
	}
	file := r.Place.File
	if o.counts[file] == 0 {
		o.firsts = append(o.firsts, r.Place)
	}
	o.counts[file]++
}

// Findings are one for each file that has such records, at the first of them.
func (o *OpenToAll) Findings() []Finding {
	var findings []Finding
	for _, p := range o.firsts {
		records := "1 record has"
		if n := o.counts[p.File]; n > 1 {
			records = fmt.Sprintf("%d records have", n)
		}
		p.Record = 0 // it is about the file
		findings = append(findings, CodeOpenToAllProjects.Newf(p, FieldGlobal.String(), "%s neither global nor projects", records))
	}
	return findings
}
