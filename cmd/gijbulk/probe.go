package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/pflag"

	"gijbulk/importer/githost"
	"gijbulk/importer/planner"
	"gijbulk/schema"
)

// probeOptions say whether git hosts are asked before a plan is decided.
type probeOptions struct {
	mode  string
	hosts hostOptions
}

// The modes of --probe.
const (
	probeOff     = "false"
	probeOn      = "true"
	probeRequire = "require"
)

// hostTimeout limits each request to a git host; --timeout is for Jira, which calls the hosts itself.
const hostTimeout = 30 * time.Second

func (o *probeOptions) addFlags(f *pflag.FlagSet) {
	f.Var(newChoice(&o.mode, probeOff, probeOn, probeRequire), "probe", "ask the git hosts about what is created or lists something else, before the first write; `MODE` require refuses where a host gives no answer")
	f.Lookup("probe").NoOptDefVal = probeOn
	o.hosts.addHostFlags(f)
}

func (o probeOptions) on() bool { return o.mode == probeOn || o.mode == probeRequire }

// askAhead asks the git hosts about the records of a plan that are created or whose update changes what they list. What
// they say is found before the first write: an error refuses the run, or with --skip-invalid the record. listed is what
// they list.
func (w *workspace) askAhead(ctx context.Context, d decided) (_ decided, listed planner.Listed, err error) {
	records, actions := planner.ToProbe(d.plan)
	if len(records) == 0 {
		return d, nil, nil
	}
	hosts := w.probing.hosts
	hosts.caFile, hosts.timeout, hosts.maxWait = w.settings.target.caFile, hostTimeout, w.settings.target.maxWait
	config, err := w.hostConfig(hosts)
	if err != nil {
		return d, nil, err
	}
	found, err := w.askHosts(ctx, config, records)
	if err != nil {
		return d, nil, err
	}
	w.expiries = w.credentialExpiries(found)
	listed = planner.Listed{}
	refused := make(map[int]schema.Finding)
	for i, l := range found.Listings {
		d.findings = append(d.findings, l.Findings...)
		if at := slices.IndexFunc(l.Findings, func(f schema.Finding) bool { return f.Level == schema.LevelError }); at >= 0 {
			refused[actions[i]] = l.Findings[at]
		}
		switch l.Status {
		case githost.StatusNotChecked, string(schema.CodeUnreachable):
			why := l.Status
			if l.Note != "" {
				why = l.Note
			}
			place := records[i].Place
			place.Column = 0
			d.unanswered = append(d.unanswered, fmt.Sprintf("%s (%s)", place, why))
		}
		if paths, whole := listedPaths(l); whole {
			listed[actions[i]] = paths
		}
	}
	w.log.info("git hosts asked", "records", len(records), "without answer", len(d.unanswered))
	d.plan = planner.Reject(d.plan, refused)
	return d, listed, nil
}

func listedPaths(l githost.Listing) (paths []string, whole bool) {
	switch l.Status {
	case githost.StatusOK, string(schema.CodeListsNothing), string(schema.CodeListsMany):
	default:
		return nil, false
	}
	paths = make([]string, len(l.Repositories))
	for i, r := range l.Repositories {
		if r.URL == "" {
			return nil, false
		}
		paths[i] = schema.NestedPath(r.URL)
	}
	return paths, true
}

func (w *workspace) answered(run schema.Run, d decided) error {
	if w.probing.mode != probeRequire || len(d.unanswered) == 0 {
		return nil
	}
	if err := w.printWarnings(run); err != nil {
		return err
	}
	return (&failure{code: exitUnsafe, err: fmt.Errorf("no answer from a git host about %s, the first %s (--probe=require); nothing was sent", count(len(d.unanswered), "record"), d.unanswered[0])}).
		hinted("run it where the secrets are known and the git hosts can be reached, or give --probe alone")
}
