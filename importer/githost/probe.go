package githost

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"gijbulk/schema"
)

// The statuses of credentials and listings, beside the codes of findings.
const (
	StatusOK         = "ok"
	StatusNotChecked = "not-checked" // its secret is not known, or there is no credential
	StatusNotVisible = "not-visible" // from here
)

// Report is what hosts say about the credentials and listings of records.
type Report struct {
	Credentials []Credential // in the order of the records
	Listings    []Listing    // one for each record
}

// Credential is one distinct credential at its host.
type Credential struct {
	Identity
	Reference string // what may be shown in its place
	Host      string
	Status    string
	Records   []int // that use it, by number
}

// Listing is what a record lists.
type Listing struct {
	Status       string
	Repositories []Repository
	Note         string // why nothing is listed, where that is no finding
	Findings     []schema.Finding
}

// account is a credential at its host, with the records that use it.
type account struct {
	Credential
	service
	session *session
	problem *Problem
	queries map[query][]int // records by what they list
	order   []query
}

// identity tells accounts apart. Credentials with one value are one.
type identity struct {
	login
	host, base string // what kind of host, and where
	unproven   bool   // certificates are not verified
}

// probe is one run over the records.
type probe struct {
	*Client
	records []schema.Record
	report  Report
}

// Probe checks each distinct credential once and requests each distinct list once, hosts in
// parallel. Records with errors are not asked about. The error is that of the context: what
// hosts say is in the report.
func (c *Client) Probe(ctx context.Context, records []schema.Record) (Report, error) {
	p := &probe{Client: c, records: records}
	p.report.Listings = make([]Listing, len(records))
	accounts := p.accounts()
	var pool errgroup.Group
	for _, a := range accounts {
		pool.Go(func() error { return p.check(ctx, a) })
	}
	if err := pool.Wait(); err != nil {
		return Report{}, err
	}
	for _, a := range accounts {
		p.report.Credentials = append(p.report.Credentials, a.Credential)
	}
	p.findTwice()
	return p.report, nil
}

// accounts groups the records by their credentials.
func (p *probe) accounts() []*account {
	known := make(map[identity]*account)
	var all []*account
	for i, r := range p.records {
		l, resolved := loginOf(r)
		switch {
		case len(r.Errors())+len(r.CreateErrors()) > 0:
			p.leave(i, StatusNotChecked, "the record has errors")
			continue
		case !resolved:
			p.leave(i, StatusNotChecked, "its secret is not known here")
			continue
		}
		s, why, visible := serviceOf(r, l)
		if !visible {
			p.leave(i, StatusNotVisible, why)
			continue
		}
		id := identity{l, fmt.Sprintf("%T %s", s.host, s.name), s.base, r.Get(schema.FieldDisableSslVerification).Bool()}
		a := known[id]
		if a == nil {
			a = p.account(s, id, r)
			known[id], all = a, append(all, a)
		}
		a.Records = append(a.Records, i)
		if a.queries[s.ask] == nil {
			a.order = append(a.order, s.ask)
		}
		a.queries[s.ask] = append(a.queries[s.ask], i)
	}
	return all
}

func (p *probe) account(s service, id identity, r schema.Record) *account {
	client := &p.checked
	if id.unproven {
		client = &p.trusting
	}
	a := &account{service: s, session: &session{client: p.Client, http: client, sign: s.sign}, queries: make(map[query][]int)}
	a.Host, a.Reference, a.Status = s.name, referenceOf(r), StatusOK
	return a
}

// leave gives up a record without asking a host.
func (p *probe) leave(i int, status, note string) {
	p.report.Listings[i] = Listing{Status: status, Note: note}
	p.config.OnRecord()
}

// check asks about one credential, and then about its lists. After a refusal nothing more is
// sent with it.
func (p *probe) check(ctx context.Context, a *account) error {
	var err error
	a.Identity, err = a.host.who(ctx, a.session)
	a.session.identity = a.Identity
	if err = a.note(err); err != nil {
		return err
	}
	p.judgeCredential(a)
	if err := p.list(ctx, a, a.order[0], true); err != nil {
		return err
	}
	var pool errgroup.Group
	pool.SetLimit(atOnce)
	for _, q := range a.order[1:] {
		pool.Go(func() error { return p.list(ctx, a, q, false) })
	}
	return pool.Wait()
}

// note keeps the problem of a credential; any other error is returned.
func (a *account) note(err error) error {
	problem, ok := errors.AsType[*Problem](err)
	if err == nil || !ok {
		return err
	}
	if problem.Field == schema.FieldAPIPath { // it was not the path that was asked for
		problem.Field = schema.FieldOrigin
	}
	a.problem, a.Status = problem, string(problem.Code)
	return nil
}

// list requests what a query lists, and applies the filter of each record that asks for it. The
// first list of a credential goes alone: some hosts say only there that they refuse it, and then
// nothing more is sent with it.
func (p *probe) list(ctx context.Context, a *account, q query, first bool) error {
	problem := a.problem
	var found answers
	if problem == nil {
		var err error
		found, err = a.host.list(ctx, a.session, q)
		if err != nil && !errors.As(err, &problem) {
			return err
		}
		if first && a.User == "" {
			a.User = found.user
		}
		if first && problem != nil && problem.Code == schema.CodeCredentialRefused {
			_ = a.note(problem)
			p.judgeProblem(a)
		}
	}
	for _, i := range a.queries[q] {
		p.judgeListing(a, i, found, problem)
		p.config.OnRecord()
	}
	return nil
}

// expiresSoon reports whether a credential has expired, or will soon.
func (c *Client) expiresSoon(t time.Time) bool {
	return !t.IsZero() && time.Until(t) < c.config.ExpiryWarning
}
