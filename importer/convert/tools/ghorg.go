package tools

import (
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/pflag"

	"gijbulk/importer/commandline"
	"gijbulk/importer/convert"
	"gijbulk/importer/giturl"
	"gijbulk/schema"
)

// ghorg reads what ghorg clones again. Its commands are read and never run.
var ghorg = convert.Tool{Name: "ghorg", About: "reclone.yaml of ghorg: organizations, whole or in part",
	Made:   "ghorg reclone ($HOME/.config/ghorg/reclone.yaml)",
	Detect: func(s *convert.Sample) bool { return s.Mentions(`(?m)^\s+cmd:.*ghorg\s+clone\s`) },
	Begin:  func() convert.Reader { return &ghorgReader{wholes: map[convert.Scope]*convert.Row{}} }}

type ghorgReader struct {
	parts  []*convert.Row                 // those that take some of it
	wholes map[convert.Scope]*convert.Row // those that take all
}

func (g *ghorgReader) Read(l *convert.Listing) error {
	err := l.EachDocument(func(doc convert.Value) error {
		if !doc.IsMap() {
			return l.Foreign(doc.Line(), "expected a mapping from names to commands")
		}
		for _, m := range doc.Members() {
			r := l.Add(m.Line)
			r.Title, r.Field = m.Name, m.Value.Field
			g.entry(l, r, m.Value)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return l.RequireRows()
}

// End finds out which entries take what another takes as well.
func (g *ghorgReader) End() error {
	for _, r := range g.parts {
		r.Within = g.wholes[r.Repo.Scope()]
	}
	return nil
}

func (g *ghorgReader) entry(l *convert.Listing, r *convert.Row, v convert.Value) {
	words, err := commandline.Words(v.Get("cmd").Text())
	if err != nil {
		r.Skip = "it has no cmd, or none that is a valid command line"
		return
	}
	c, why := cloneOf(words)
	if why != "" {
		r.Skip = why
		return
	}
	at, why := c.location()
	if why != "" {
		r.Skip = why
		return
	}
	filter, untold := c.filter(at.Service.Filter)
	part := filter != "" || len(untold) > 0
	if part {
		g.parts = append(g.parts, r)
	} else if g.wholes[at.Scope()] == nil {
		g.wholes[at.Scope()] = r
	}
	name := l.Organization(r, at, part, filter)
	if len(untold) > 0 {
		l.Report(schema.CodeListingNotFiltered.Newf(r.Place, schema.FieldAPIFilter.String(),
			"ghorg chooses by %s, which filters cannot express: %s will list more repositories", strings.Join(untold, " and "), name).
			Advise("add an apiFilter, or convert a list of the repositories"))
	}
	if v.Get("token_cmd").Given() {
		l.Report(schema.CodeListingNotHeld.Newf(r.Place, "token_cmd", "the token of %s comes from a command, which is not copied", r.Title).
			Advise("use the same command in the manifest, as pat: cmd:COMMAND, and allow commands").About(schema.OptionAllowCommands))
	}
}

func (c *ghorgClone) location() (convert.Location, string) {
	s := map[string]*convert.Service{"": convert.GitHub, "github": convert.GitHub, "gitlab": convert.GitLab}[strings.ToLower(c.scm)]
	switch {
	case c.scm != "" && s == nil:
		return convert.Location{}, "there is no integration type for " + c.scm + "; a list of its repositories can be converted"
	case c.local || c.gists:
		return convert.Location{}, "it does not clone the repositories of an organization"
	}
	at := convert.Location{Service: s, Base: s.URL(), Owner: strings.Trim(c.name, "/"), Personal: c.kind == "user"}
	if c.base != "" {
		a, ok := giturl.Parse(strings.TrimSuffix(strings.TrimRight(c.base, "/"), "/api/v3") + "/-")
		if !ok || !a.IsWeb() {
			return convert.Location{}, "its --base-url is not a URL"
		}
		at.Base = s.BaseOf(a, "") + strings.TrimSuffix(a.Path, "/-")
	}
	if s == convert.GitLab && (c.name == "all-groups" || c.name == "all-users") {
		at.Owner, at.Personal = "", false // all that its token sees
	}
	return at, ""
}

type ghorgClone struct {
	name            string // of the organization, group or person
	scm, base, kind string
	local, gists    bool

	prefixes, noPrefixes string
	regex, noRegex       string
	topics               string
	noArchived, noForks  bool
	others               []string // flags that choose in other ways
}

// Flags of ghorg clone that take a value and say nothing about which repositories there
// are; then those that choose among them in ways that no filter has; then the ones that
// take no value. A flag that is not known here might take the name for its value.
var (
	ghorgValues = []string{"config", "protocol", "bitbucket-username", "bitbucket-api-email", "concurrency", "clone-delay-seconds",
		"clone-depth", "output-dir", "exit-code-on-clone-infos", "exit-code-on-clone-issues", "git-filter", "github-app-pem-path",
		"github-app-installation-id", "github-repo-list-concurrency", "github-app-id", "ssh-hostname", "github-user-option"}
	ghorgChoices = []string{"target-repos-path", "ghorgignore-path", "ghorgonly-path", "github-filter-language",
		"gitlab-group-match-regex", "gitlab-group-exclude-match-regex"}
	ghorgSwitches = []string{"no-clean", "prune", "prune-no-confirm", "fetch-all", "fetch-git-lfs", "fetch-prune", "dry-run",
		"insecure-gitlab-client", "insecure-gitea-client", "insecure-bitbucket-client", "insecure-sourcehut-client", "clone-wiki",
		"clone-snippets", "no-token", "no-dir-size", "preserve-dir", "backup", "quiet", "include-submodules", "stats-enabled",
		"preserve-scm-hostname", "prune-untouched", "prune-untouched-no-confirm", "protect-local", "gitlab-include-shared-projects",
		"github-token-from-github-app", "debug"}
)

func cloneOf(words []string) (c *ghorgClone, why string) {
	at := slices.Index(words, "clone")
	if at < 1 || !strings.HasSuffix(words[at-1], "ghorg") {
		return nil, "its cmd is not a ghorg clone command"
	}
	c = &ghorgClone{}
	f := pflag.NewFlagSet("ghorg", pflag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.ParseErrorsAllowlist.UnknownFlags = true
	f.StringVarP(&c.scm, "scm", "s", "", "")
	f.StringVar(&c.base, "base-url", "", "")
	f.StringVarP(&c.kind, "clone-type", "c", "", "")
	f.StringVar(&c.prefixes, "match-prefix", "", "")
	f.StringVar(&c.noPrefixes, "exclude-match-prefix", "", "")
	f.StringVar(&c.regex, "match-regex", "", "")
	f.StringVar(&c.noRegex, "exclude-match-regex", "", "")
	f.StringVar(&c.topics, "topics", "", "")
	f.BoolVar(&c.noArchived, "skip-archived", false, "")
	f.BoolVar(&c.noForks, "skip-forks", false, "")
	f.BoolVar(&c.gists, "github-user-gists", false, "")
	for name, short := range map[string]string{"token": "t", "path": "p", "branch": "b"} {
		f.StringP(name, short, "", "")
	}
	for _, name := range slices.Concat(ghorgValues, ghorgChoices) {
		f.String(name, "", "")
	}
	for _, name := range ghorgSwitches {
		f.Bool(name, false, "")
	}
	if f.Parse(words[at+1:]) != nil || f.NArg() == 0 {
		return nil, "its ghorg clone names no organization"
	}
	c.name = f.Arg(0)
	for _, name := range ghorgChoices {
		if f.Changed(name) {
			c.others = append(c.others, "--"+name)
		}
	}
	return c, ""
}

// filter writes what a command chooses as the app's filter, and lists the flags that say
// what no filter can, or none that is short enough.
func (c *ghorgClone) filter(f *convert.Filter) (filter string, untold []string) {
	var conditions []string
	untold = slices.Clone(c.others)
	var told []string
	chosen := func(flag, value string, not bool, write func(string) (string, bool)) {
		if value == "" {
			return
		}
		condition, ok := write(value)
		if !ok {
			untold = append(untold, flag)
			return
		}
		told = append(told, flag)
		switch {
		case condition == "":
		case not:
			conditions = append(conditions, "(!("+condition+"))")
		default:
			conditions = append(conditions, "("+condition+")")
		}
	}
	chosen("--match-prefix", c.prefixes, false, startingWith)
	chosen("--exclude-match-prefix", c.noPrefixes, true, startingWith)
	chosen("--match-regex", c.regex, false, convert.Matching)
	chosen("--exclude-match-regex", c.noRegex, true, convert.Matching)
	chosen("--topics", c.topics, false, func(topics string) (string, bool) { return anyOf(topics, f.HasTopic), true })
	var states []string
	if c.noArchived {
		states = append(states, f.Without(convert.Archived))
	}
	if c.noForks {
		states = append(states, f.Without(convert.Fork))
	}
	filter = f.Where(append(conditions, states...))
	if utf8.RuneCountInString(filter) > convert.LongestFilter {
		return f.Where(states), append(untold, told...)
	}
	return filter, untold
}

func startingWith(prefixes string) (string, bool) {
	return anyOf(prefixes, func(p string) string { return "starts_with(name, " + convert.Literal(p) + ")" }), true
}

func anyOf(list string, condition func(string) string) string {
	var all []string
	for item := range strings.SplitSeq(list, ",") {
		if item = strings.TrimSpace(item); item != "" {
			all = append(all, condition(item))
		}
	}
	return strings.Join(all, " || ")
}
