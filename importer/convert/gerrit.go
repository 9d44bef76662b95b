package convert

import (
	"bytes"
	"strings"

	"gijbulk/importer/giturl"
	"gijbulk/schema"
)

// gerritTool reads the projects of Gerrit.
var gerritTool = Tool{Name: "gerrit", About: "the projects of a Gerrit; they need its URL", Needs: schema.OptionBaseURL,
	Made:   "GET /a/projects/?d",
	Detect: func(s *sample) bool { return strings.HasPrefix(s.head, gerritGuard) },
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

func readGerrit(l *listing) error {
	base, ok := giturl.Parse(strings.TrimRight(l.options.BaseURL, "/") + "/-")
	if !ok || !base.IsWeb() {
		return &Problem{Place: l.place(0), Message: "a listing of Gerrit has the names of its projects, but not the URL of the Gerrit",
			Advice: "give the URL of the Gerrit, such as https://gerrit.example.org; projects are cloned over https", Option: schema.OptionBaseURL}
	}
	root := strings.TrimSuffix(base.String(), "/-")
	l.Text = withoutGuard(l.Text)
	more := false
	shape := jsonShape{named: true, marks: []string{"id", "state"}}
	err := eachJSON(l, shape, func(r *row, v *gerritProject) {
		if v.Name != "" {
			r.title = v.Name
		}
		r.repo.name = r.title
		more = more || v.More
		switch name := r.title; {
		case name == "":
			r.skip = "it has no name"
			return
		case name == "All-Projects" || name == "All-Users":
			r.skip = "it holds Gerrit's own configuration"
		case v.State == "HIDDEN":
			r.skip = "it is hidden"
		}
		r.repo.flag(Archived, v.State == "READ_ONLY")
		r.repo.take(root + "/" + giturl.EscapePath(r.title))
		r.needAddress()
		r.hostedAt(gerrit, root)
		r.repo.key = r.title
	})
	if n := len(l.pages); err == nil && n > 0 {
		l.pages[n-1].more = more
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
