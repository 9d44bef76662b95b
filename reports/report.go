package reports

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"gijbulk/schema"
)

// Version is the version of report.json that this package writes and reads.
const Version = 1

// Report is report.json.
type Report struct {
	Version  int           `json:"version"`
	Run      RunInfo       `json:"run"`
	Records  []RecordInfo  `json:"records"`  // in the order of the manifest
	Findings []FindingInfo `json:"findings"` // in the order of the manifest

	Preflight *PreflightInfo `json:"preflight,omitempty"` // what git hosts say; absent where none was asked
}

// RunInfo is what ran, where, when, and with what result.
type RunInfo struct {
	ID       string                    `json:"id"`
	Command  string                    `json:"command"`
	Gijbulk  string                    `json:"gijbulk"` // the version of the tool
	Target   string                    `json:"target"`
	User     string                    `json:"user"`
	Files    []string                  `json:"files"`
	Columns  map[string][]string       `json:"columns,omitempty"`  // the headers of CSV and TSV files, by file
	Dialects map[string]schema.Dialect `json:"dialects,omitempty"` // of those files that are not UTF-8 without a byte order mark, with commas
	Started  time.Time                 `json:"started"`            // UTC
	Ended    time.Time                 `json:"ended,omitzero"`     // UTC; absent while it runs
	Complete bool                      `json:"complete"`           // the run was not interrupted, and every record has an outcome
	Running  bool                      `json:"running,omitzero"`   // written before the first write: what was done since is not in it
	DryRun   bool                      `json:"dryRun"`
	Manifest string                    `json:"manifest"` // the digest of what is wanted, or ""; all shards of a manifest have the same
	Shard    *ShardInfo                `json:"shard,omitempty"`
	Shards   []ShardRun                `json:"shards,omitempty"` // of a merged report: what it was made of
	Plan     string                    `json:"plan"`             // the plan's digest, or ""
	Apply    string                    `json:"apply,omitempty"`  // the command that carries out the stored plan
	Again    string                    `json:"again,omitempty"`  // the command line, without files and selection, that repeats the run for some records
	Resume   string                    `json:"resume,omitempty"` // the command that continues the run
	Limits   []LimitInfo               `json:"limits,omitempty"` // how near the plan is to the safety limits that it touches
	Requests int                       `json:"requests"`         // that left, retries included
	Writes   int                       `json:"writes"`           // those of them that may have changed the server
	Why      string                    `json:"why"`              // why the run was interrupted, or ""
	Total    int                       `json:"total"`            // records
	Counts   map[schema.Status]int     `json:"counts"`           // records by status; every status is there
	Nested   *NestedCounts             `json:"nested,omitempty"` // those of them that are nested repositories; absent where there are no rules
	Losses   *LossCounts               `json:"losses,omitempty"` // of nested repositories; absent where there are none
	Timeline *TimelineInfo             `json:"timeline,omitempty"`
}

// NestedCounts are those of the nested repositories that rules match.
type NestedCounts struct {
	Counts  map[schema.Status]int `json:"counts"`  // by status; what is unchanged is in no record
	Pending int                   `json:"pending"` // rules of new integrations, which have no nested repositories yet
}

// ShardInfo is which part of the work a run did.
type ShardInfo struct {
	Index int `json:"index"` // from 1
	Of    int `json:"of"`
}

// String is "2/6".
func (s ShardInfo) String() string { return fmt.Sprintf("%d/%d", s.Index, s.Of) }

// ShardRun is the run of one shard of a merged report.
type ShardRun struct {
	ShardInfo
	ID       string    `json:"id"`
	Started  time.Time `json:"started"`        // UTC
	Ended    time.Time `json:"ended,omitzero"` // UTC; absent while it runs
	Complete bool      `json:"complete"`
}

// TimelineInfo is the traffic of a run, in intervals of one length.
type TimelineInfo struct {
	Start     time.Time      `json:"start"` // UTC
	EveryMS   int64          `json:"everyMs"`
	Intervals []IntervalInfo `json:"intervals"`
}

// IntervalInfo is one interval of a [TimelineInfo].
type IntervalInfo struct {
	Requests        int   `json:"requests"`        // that left
	Throttled       int   `json:"throttled"`       // answered 429
	Busy            int   `json:"busy"`            // answered 503
	Retries         int   `json:"retries"`         // further attempts
	RateLimitWaitMS int64 `json:"rateLimitWaitMs"` // waiting for the rate limit
}

// Subject is a record and its planned action.
type Subject struct {
	File        string    `json:"file"`
	Line        int       `json:"line"`   // from 1; 0 where it is not known
	Record      int       `json:"record"` // its number in the file, from 1; 0 if it is in none
	Kind        string    `json:"kind"`
	Type        string    `json:"type"`
	Origin      string    `json:"origin"`
	DisplayName string    `json:"displayName"`
	ID          int64     `json:"id"` // on the server; 0 where it is not known
	Action      schema.Op `json:"action"`
	Set         string    `json:"set,omitempty"`   // that it belongs to; absent: none
	Adopts      bool      `json:"adopts,omitzero"` // it belonged to no set before
}

// RecordInfo is the outcome of one record.
type RecordInfo struct {
	Subject
	Status   schema.Status `json:"status"`
	Changes  []ChangeInfo  `json:"changes"`
	Attempts int           `json:"attempts"` // requests that left for it
	HTTP     int           `json:"http"`     // the last status code; 0 where none was received
	Error    string        `json:"error"`
	Advice   string        `json:"advice"`
	Started  time.Time     `json:"started,omitzero"` // UTC, when its first request left; absent if none did
	MS       int64         `json:"ms"`               // from its first request to the last answer
	Cells    Cells         `json:"cells"`            // as written; of other formats than CSV and TSV by field; a secret is its reference

	Loss        *LossInfo  `json:"loss,omitempty"`        // of an integration whose update changes what it lists, or that is deleted
	Integration int64      `json:"integration,omitempty"` // of a nested repository: the id of its integration
	Rules       []RuleInfo `json:"rules,omitempty"`       // of an integration: for its nested repositories
}

// RuleInfo is a rule for nested repositories as it is written again.
type RuleInfo struct {
	File  string `json:"file"`
	Line  int    `json:"line"`
	Cells Cells  `json:"cells"`
}

// ChangeInfo is a field that differs. From and To are a text, a boolean, a number (a
// [json.Number] when read back) or a list of these; a secret is its reference.
type ChangeInfo struct {
	Field string `json:"field"`
	From  any    `json:"from"` // as it is on the server
	To    any    `json:"to"`   // as the manifest wants it

	Unseen bool          `json:"unseen,omitzero"` // the server does not show the field; no drift
	Resend schema.Resend `json:"resend,omitzero"` // of such a field: why it is sent; changed, not-recorded, replaced or requested
}

// FindingInfo is a finding as programs get it.
type FindingInfo struct {
	File    string      `json:"file"`
	Line    int         `json:"line"`   // from 1; 0 where it is not known
	Column  int         `json:"column"` // from 1, in bytes; 0 where it is not known
	Record  int         `json:"record"` // from 1; 0 for the file itself
	Field   string      `json:"field"`
	Level   string      `json:"level"` // error or warning
	Code    schema.Code `json:"code"`
	Message string      `json:"message"`
	Advice  string      `json:"advice"`
}

var errForeign = errors.New("not a report.json of gijbulk")

// Read reads a report.json. It fails for a file that is none, that is cut short, or
// that a newer gijbulk wrote.
func Read(r io.Reader) (Report, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return Report{}, fmt.Errorf("read the report: %w", err)
	}
	// The version first: nothing else of a newer file need have the shape we know.
	var head struct {
		Version      any
		Run, Records json.RawMessage
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return Report{}, fmt.Errorf("%w: not a JSON object, or incomplete", errForeign)
	}
	switch version, ok := head.Version.(float64); {
	case !ok || head.Run == nil || head.Records == nil:
		return Report{}, fmt.Errorf("%w: it lacks version, run or records", errForeign)
	case version != Version:
		return Report{}, fmt.Errorf("unsupported report version %v; this gijbulk reads version %d: use the version of gijbulk that wrote it",
			version, Version)
	}
	var report Report
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber() // an id has 64 bits
	if err := decoder.Decode(&report); err != nil {
		return Report{}, fmt.Errorf("%w: %w", errForeign, err)
	}
	return report, nil
}

// NewReport makes the report of a run.
func NewReport(run schema.Run, results []schema.Result) Report {
	all := inManifestOrder(run, results)
	findings := slices.Clone(run.Findings)
	order := placeOrder(run.Files)
	slices.SortStableFunc(findings, func(a, b schema.Finding) int { return order(a.Place, b.Place) })
	return Report{Version: Version, Run: runInfo(run, all), Records: mapTo(all, recordInfo), Findings: mapTo(findings, findingInfo)}
}

func runInfo(run schema.Run, all []schema.Result) RunInfo {
	counts := make(map[schema.Status]int)
	for _, s := range schema.Statuses() {
		counts[s] = 0
	}
	columns, dialects := make(map[string][]string), make(map[string]schema.Dialect)
	for _, r := range all {
		counts[r.Status]++
		if want := &r.Action.Want; want.Columns != nil && want.Place.File != "" {
			columns[want.Place.File] = want.Columns
			if d := want.Dialect; d != nil {
				dialects[want.Place.File] = *d
			}
		}
	}
	for _, r := range all {
		for _, rule := range r.Action.Want.Rules {
			if rule.Columns != nil && rule.Place.File != "" {
				columns[rule.Place.File] = rule.Columns
			}
		}
	}
	return RunInfo{ID: run.ID, Command: run.Command, Gijbulk: run.Version, Target: run.Target, User: run.User,
		Files: append([]string{}, run.Files...), Columns: columns, Dialects: dialects, Started: stamp(run.Started), Ended: stamp(run.Ended),
		Complete: run.Complete, DryRun: run.DryRun, Manifest: run.Manifest, Shard: shardInfo(run.Shard), Plan: run.Digest, Apply: run.Apply, Again: run.Again, Resume: run.Resume, Limits: mapTo(run.Limits, limitInfo),
		Requests: run.Requests, Writes: run.Writes, Why: run.Why, Total: len(all), Counts: counts, Nested: nestedCounts(run, all), Losses: runLosses(run, all), Timeline: timeline(run.Timeline)}
}

func shardInfo(s schema.Shard) *ShardInfo {
	if s.Of == 0 {
		return nil
	}
	return &ShardInfo{s.Index, s.Of}
}

func timeline(t schema.Timeline) *TimelineInfo {
	if len(t.Beats) == 0 {
		return nil
	}
	line := &TimelineInfo{Start: stamp(t.Start), EveryMS: t.Every.Milliseconds(), Intervals: make([]IntervalInfo, len(t.Beats))}
	for i, b := range t.Beats {
		line.Intervals[i] = IntervalInfo{b.Requests, b.Throttled, b.Busy, b.Retries, b.Held.Milliseconds()}
	}
	return line
}

func stamp(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }

// subjectInfo names the record of an action. What is not wanted is as on the server: have.
func subjectInfo(a *schema.Action, have *schema.Record) Subject {
	want := &a.Want
	return Subject{
		File: want.Place.File, Line: want.Place.Line, Record: want.Place.Record,
		Kind:        kindText(wantedOrLive(a)),
		Type:        string(cmp.Or(want.Type(), have.Type())),
		Origin:      cmp.Or(want.Origin(), have.Origin()),
		DisplayName: subjectName(want, have),
		ID:          have.ID, Action: a.Op,
		Set: cmp.Or(want.SetName(), have.SetName()), Adopts: a.Adopts,
	}
}

// subjectName is the wanted name, but of a nested repository the live one: a rule can give many the same.
func subjectName(want, have *schema.Record) string {
	if have.Kind() == schema.KindNested && have.Name() != "" {
		return have.Name()
	}
	return cmp.Or(want.Name(), have.Name())
}

func recordInfo(r schema.Result) RecordInfo {
	have := &r.Action.Have
	if r.Seen != nil {
		have = &r.Seen.Have
	}
	s := subjectInfo(r.Action, have)
	s.ID = idOf(r)
	return RecordInfo{Subject: s, Status: r.Status, Changes: changeInfos(r.Changes()), Attempts: r.Attempts,
		HTTP: r.HTTP, Error: r.Error, Advice: r.Advice, Started: stamp(r.Started), MS: r.Took.Milliseconds(),
		Cells: cellsOf(wantedOrLive(r.Action)), Loss: lossInfo(r.Action.Loss), Integration: r.Action.Have.Integration, Rules: ruleInfos(r.Action.Want.Rules)}
}

func ruleInfos(rules []schema.Record) []RuleInfo {
	var infos []RuleInfo
	for _, r := range rules {
		infos = append(infos, RuleInfo{r.Place.File, r.Place.Line, cellsOf(&r)})
	}
	return infos
}

func (s *Subject) place() schema.Place {
	return schema.Place{File: s.File, Line: s.Line, Record: s.Record}
}

func (s *Subject) position() sortKey { return sortKey{s.place(), s.ID, s.Kind} }

// kindText is the kind as the record has it, also a wrong one.
func kindText(r *schema.Record) string {
	return cmp.Or(r.Get(schema.FieldKind).Text(), string(schema.KindIntegration))
}

func (s *Subject) typeOrKind() string {
	if s.Kind == string(schema.KindRepository) || s.Kind == string(schema.KindNested) {
		return s.Kind
	}
	return s.Type
}

func (r *RecordInfo) drifts() bool {
	switch r.Action {
	case schema.OpUnchanged:
		return false
	case schema.OpUpdate:
		return r.Error != "" || slices.ContainsFunc(r.Changes, func(c ChangeInfo) bool { return !c.Unseen })
	}
	return true
}

func changeInfos(changes []schema.Change) []ChangeInfo {
	infos := make([]ChangeInfo, 0, len(changes))
	for _, c := range changes {
		infos = append(infos, ChangeInfo{c.Field.String(), plain(c.From), plain(c.To), c.Unseen, c.Resend})
	}
	return infos
}

// plain keeps an empty list a list: a nil slice would become null.
func plain(v schema.Value) any {
	switch x := v.Plain().(type) {
	case []int64:
		return append([]int64{}, x...)
	case []string:
		return append([]string{}, x...)
	default:
		return x
	}
}

func findingInfo(f schema.Finding) FindingInfo {
	return FindingInfo{File: f.Place.File, Line: f.Place.Line, Column: f.Place.Column, Record: f.Place.Record,
		Field: f.Field, Level: f.Level.String(), Code: f.Code, Message: f.Message, Advice: f.Advice}
}
