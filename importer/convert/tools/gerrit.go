package tools

import (
	"bytes"
	"strings"

	"gijbulk/importer/convert"
	"gijbulk/importer/giturl"
	"gijbulk/schema"
)

var gerrit = convert.Tool{Name: "gerrit", About: "the projects of a Gerrit; they need its URL", Needs: schema.OptionBaseURL,
	Made:   "GET /a/projects/?d",
	Detect: func(s *convert.Sample) bool { return strings.HasPrefix(s.Head, gerritGuard) },
	Read:   readGerrit}

// gerritGuard is what Gerrit puts before its answers, lest a page runs them as a script.
const gerritGuard = ")]}'"

// gerritProject is a project as Gerrit shows it. Its name is its key, or in the answer
// to a query a field.
type gerritProject struct {
	Name  string
	ID    string
	State string
	More  bool `json:"_more_projects"`
}

func readGerrit(l *convert.Listing) error {
	base, ok := giturl.Parse(strings.TrimRight(l.Options.BaseURL, "/") + "/-")
	if !ok || !base.IsWeb() {
		return &convert.Problem{Place: l.Place(0), Message: "a listing of Gerrit has the names of its projects, but not the URL of the Gerrit",
			Advice: "give the URL of the Gerrit, such as https://gerrit.example.org; projects are cloned over https", Option: schema.OptionBaseURL}
	}
	root := strings.TrimSuffix(base.String(), "/-")
	l.Text = withoutGuard(l.Text)
	more := false
	shape := convert.JSONShape{Named: true, Marks: []string{"id", "state"}}
	err := convert.EachJSON(l, shape, func(r *convert.Row, v *gerritProject) {
		if v.Name != "" {
			r.Title = v.Name
		}
		r.Repo.Name = r.Title
		more = more || v.More
		switch name := r.Title; {
		case name == "":
			r.Skip = "it has no name"
			return
		case name == "All-Projects" || name == "All-Users":
			r.Skip = "it holds Gerrit's own configuration"
		case v.State == "HIDDEN":
			r.Skip = "it is hidden"
		}
		r.Repo.Mark(convert.Archived, v.State == "READ_ONLY")
		r.Repo.Take(root + "/" + giturl.EscapePath(r.Title))
		r.HostedAt(convert.Gerrit, root)
		r.Repo.Key = r.Title
	})
	if n := len(l.Pages); err == nil && n > 0 {
		l.Pages[n-1].More = more
	}
	return err
}

// withoutGuard blanks the guards out, also between answers in a row, so that every line
// stays where it is.
func withoutGuard(text []byte) []byte {
	if !bytes.Contains(text, []byte(gerritGuard)) {
		return text
	}
	var b bytes.Buffer
	for line := range bytes.Lines(text) {
		if rest, guarded := bytes.CutPrefix(line, []byte(gerritGuard)); guarded {
			b.WriteString(strings.Repeat(" ", len(gerritGuard)))
			line = rest
		}
		b.Write(line)
	}
	return b.Bytes()
}
