package main

import (
	"sync"
	"time"

	"github.com/spf13/cobra"

	"gijbulk/reports"
)

// fleetReport is the report over all targets. Its report.json is written again with each target that
// ends, so that one that was killed leaves the results of those that have.
type fleetReport struct {
	dir    string     // "": it is not written
	given  reportFlag // on the command line
	wanted []reports.Wanted
	names  []string // of all targets, in their order

	mu      sync.Mutex
	info    reports.FleetInfo
	results map[string]reports.TargetInfo
}

func (a *app) newFleetReport(cmd *cobra.Command, wanted []reports.Wanted) *fleetReport {
	r := &fleetReport{dir: a.fleetDir(cmd), wanted: wanted, results: make(map[string]reports.TargetInfo),
		info: reports.FleetInfo{Gijbulk: buildVersion(), Command: cmd.Name(), Started: a.started.UTC()}}
	if f := cmd.Flags().Lookup("report"); f != nil {
		r.given = *f.Value.(*reportFlag)
	}
	for _, t := range a.fleet {
		r.names = append(r.names, t.Name)
	}
	return r
}

// begin writes report.json without a target: where that cannot be done, nothing is sent.
func (r *fleetReport) begin() error { return r.write(r.fleet()) }

func (r *fleetReport) add(t reports.TargetInfo) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.results[t.Name] = t
	_ = r.write(r.fleet()) // end says what is wrong
}

func (r *fleetReport) end(now time.Time) (reports.Fleet, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.info.Ended = now
	fleet := r.fleet()
	return fleet, r.write(fleet, r.wanted...)
}

func (r *fleetReport) fleet() reports.Fleet {
	fleet := reports.Fleet{Version: reports.Version, Fleet: r.info, Targets: []reports.TargetInfo{}}
	var exits []int
	for _, name := range r.names {
		if t, ended := r.results[name]; ended {
			fleet.Targets, exits = append(fleet.Targets, t), append(exits, t.Exit)
		}
	}
	fleet.Fleet.Exit = worstExit(exits)
	return fleet
}

func (r *fleetReport) write(fleet reports.Fleet, wanted ...reports.Wanted) error {
	if r.dir == "" {
		return nil
	}
	_, err := fleet.WriteAll(r.dir, wanted...)
	return err
}
