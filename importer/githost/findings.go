package githost

import (
	"fmt"
	"strings"
	"time"

	"gijbulk/schema"
)

// vendorLimit is how many repositories the vendor advises at most in one integration.
const vendorLimit = 2000

// judgeCredential reports a credential: what is wrong with it at each of its records, what
// will be wrong at the first.
func (p *probe) judgeCredential(a *account) {
	p.judgeProblem(a)
	if a.problem != nil {
		return
	}
	first := a.Records[0]
	if p.expiresSoon(a.Expires) {
		p.judgeExpiry(a)
	}
	for _, d := range deadlines {
		if d.concerns(a) && time.Until(d.day) < deadlineWarning {
			p.add(first, schema.CodeHostDeadline, secretField(p.records[first]), "%s: %s%s", d.day.Format(time.DateOnly), d.what, used(a)).Advice = d.advice
		}
	}
}

func (p *probe) judgeExpiry(a *account) {
	first, field := a.Records[0], secretField(p.records[a.Records[0]])
	if left := time.Until(a.Expires); left > 0 {
		p.add(first, schema.CodeCredentialExpires, field, "the credential of %s at %s expires in %s, on %s%s", whose(a), a.Host, days(left), a.Expires.Format(time.DateOnly), used(a))
		a.Status = string(schema.CodeCredentialExpires)
		return
	}
	a.Status = string(schema.CodeCredentialExpires)
	for _, i := range a.Records {
		p.add(i, schema.CodeCredentialExpires, secretField(p.records[i]), "the credential of %s at %s expired on %s", whose(a), a.Host, a.Expires.Format(time.DateOnly)).Level = schema.LevelError
	}
}

// judgeProblem reports the problem of a credential. Where a host cannot be reached, that is said
// once.
func (p *probe) judgeProblem(a *account) {
	if a.problem == nil {
		return
	}
	records, users := a.Records, ""
	if a.problem.Code == schema.CodeUnreachable {
		records, users = a.Records[:1], used(a)
	}
	for _, i := range records {
		p.reportProblem(i, a.problem, secretField(p.records[i]), users)
	}
}

func (p *probe) judgeListing(a *account, i int, found answers, problem *Problem) {
	listing := &p.report.Listings[i]
	if problem != nil {
		listing.Status = string(problem.Code)
		if problem != a.problem {
			p.reportProblem(i, problem, secretField(p.records[i]), "")
		}
		return
	}
	f := filtered{key: a.host.key(), filter: p.records[i].Get(schema.FieldAPIFilter).Text()}
	items, problem := f.apply(found)
	if problem != nil {
		listing.Status = string(problem.Code)
		p.reportProblem(i, problem, schema.FieldAPIFilter, "")
		return
	}
	for _, item := range items {
		listing.Repositories = append(listing.Repositories, a.host.repository(item))
	}
	listing.Status = StatusOK
	p.judgeCount(i, len(items), found, f)
}

func (p *probe) judgeCount(i, n int, found answers, f filtered) {
	status := func(code schema.Code) { p.report.Listings[i].Status = string(code) }
	if found.partial != "" {
		status(schema.CodeListPartial)
		p.add(i, schema.CodeListPartial, schema.NoField, "%s", found.partial)
	}
	if single, differs := f.byPage(found, n); differs {
		status(schema.CodeListPartial)
		p.add(i, schema.CodeListPartial, schema.FieldAPIFilter, "the filter lists %d repositories from all pages together, and %d page by page", n, single).Advice =
			"write a filter that judges each repository by itself: it is not documented which of the two Jira does"
	}
	if p.records[i].Kind() == schema.KindRepository {
		return
	}
	switch {
	case n == 0:
		status(schema.CodeListsNothing)
		field := schema.NoField
		if f.filter != "" {
			field = schema.FieldAPIFilter
		}
		p.add(i, schema.CodeListsNothing, field, "the record lists no repository%s", f.of(found))
	case n > vendorLimit:
		status(schema.CodeListsMany)
		p.add(i, schema.CodeListsMany, schema.NoField, "the record lists %d repositories, more than the %d that the vendor advises at most", n, vendorLimit)
	}
}

// findTwice reports repositories that an earlier record lists too, once for each two records.
func (p *probe) findTwice() {
	first := make(map[string]int)
	for i := range p.report.Listings {
		shared := make(map[int][]string) // by earlier record
		var order []int
		for _, r := range p.report.Listings[i].Repositories {
			id := schema.NormalURL(strings.TrimSuffix(r.URL, ".git"))
			if r.URL == "" {
				continue
			}
			earlier, met := first[id]
			if !met {
				first[id] = i
			} else if earlier != i {
				if shared[earlier] == nil {
					order = append(order, earlier)
				}
				shared[earlier] = append(shared[earlier], r.Name)
			}
		}
		for _, earlier := range order {
			names := shared[earlier]
			more := ""
			if len(names) > 1 {
				more = fmt.Sprintf(" and %d more", len(names)-1)
			}
			p.add(i, schema.CodeListsTwice, schema.NoField, "%s also lists %s%s", p.records[earlier].Place, names[0], more)
		}
	}
}

// add reports something about a record, and returns it for better advice.
func (p *probe) add(i int, code schema.Code, field schema.Field, format string, args ...any) *schema.Finding {
	name := ""
	if field != schema.NoField {
		name = field.String()
	}
	l := &p.report.Listings[i]
	l.Findings = append(l.Findings, code.Newf(p.records[i].Place, name, "%s", p.config.Mask(fmt.Sprintf(format, args...))))
	return &l.Findings[len(l.Findings)-1]
}

func (p *probe) reportProblem(i int, problem *Problem, field schema.Field, more string) {
	switch {
	case problem.Field != schema.NoField:
		field = problem.Field
	case problem.Code == schema.CodeUnreachable:
		field = schema.FieldOrigin
	}
	if field == schema.FieldAPIPath && !p.records[i].Has(field) {
		field = schema.FieldOrigin
	}
	if !p.records[i].Has(field) {
		field = schema.NoField // such as the origin that a type has by default
	}
	f := p.add(i, problem.Code, field, "%s%s", problem.Message, more)
	if problem.Advice != "" {
		f.Advice = problem.Advice
	}
}

// used says how many further records have a credential.
func used(a *account) string {
	switch more := len(a.Records) - 1; more {
	case 0:
		return ""
	case 1:
		return "; 1 more record uses it"
	default:
		return fmt.Sprintf("; %d more records use it", more)
	}
}

func whose(a *account) string {
	if a.User == "" {
		return "an unknown user"
	}
	return a.User
}

func days(d time.Duration) string {
	switch n := int(d.Hours() / 24); n {
	case 0:
		return "less than a day"
	case 1:
		return "1 day"
	default:
		return fmt.Sprintf("%d days", n)
	}
}
