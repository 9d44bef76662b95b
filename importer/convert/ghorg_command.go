package convert

import (
	"io"
	"slices"
	"strings"

	"github.com/spf13/pflag"
)

// ghorgClone is what a command of ghorg takes.
type ghorgClone struct {
	name            string // of the organisation, group or person
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

// cloneOf reads a command of ghorg, or says why it clones nothing.
func cloneOf(words []string) (c *ghorgClone, why string) {
	at := slices.Index(words, "clone")
	if at < 1 || !strings.HasSuffix(words[at-1], "ghorg") {
		return nil, "its cmd is no ghorg clone"
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
		return nil, "its ghorg clone names no organisation"
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
// what no filter can.
func (c *ghorgClone) filter(f *filterForm) (filter string, untold []string) {
	var conditions []string
	untold = slices.Clone(c.others)
	chosen := func(flag, value string, not bool, write func(string) (string, bool)) {
		if value == "" {
			return
		}
		condition, ok := write(value)
		switch {
		case !ok:
			untold = append(untold, flag)
		case condition == "":
		case not:
			conditions = append(conditions, "(!("+condition+"))")
		default:
			conditions = append(conditions, "("+condition+")")
		}
	}
	chosen("--match-prefix", c.prefixes, false, startingWith)
	chosen("--exclude-match-prefix", c.noPrefixes, true, startingWith)
	chosen("--match-regex", c.regex, false, matching)
	chosen("--exclude-match-regex", c.noRegex, true, matching)
	chosen("--topics", c.topics, false, withTopics)
	if c.noArchived {
		conditions = append(conditions, "(!"+f.flags[Archived]+")")
	}
	if c.noForks {
		conditions = append(conditions, "(!"+f.flags[Fork]+")")
	}
	if len(conditions) > 0 {
		filter = f.wrapped(strings.Join(conditions, " && "))
	}
	return filter, untold
}

func startingWith(prefixes string) (string, bool) {
	return anyOf(prefixes, func(p string) string { return "starts_with(name, " + literal(p) + ")" }), true
}

func withTopics(topics string) (string, bool) {
	return anyOf(topics, func(t string) string { return "contains(topics, " + literal(t) + ")" }), true
}

// anyOf joins the conditions of a list that is separated by commas.
func anyOf(list string, condition func(string) string) string {
	var all []string
	for item := range strings.SplitSeq(list, ",") {
		if item = strings.TrimSpace(item); item != "" {
			all = append(all, condition(item))
		}
	}
	return strings.Join(all, " || ")
}
