package convert_test

import (
	"errors"
	"flag"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gijbulk/importer/convert"
	"gijbulk/importer/convert/tools"
	"gijbulk/schema"
)

var update = flag.Bool("update", false, "write the golden files anew")

// listingSample is a listing of samples/listings: which files belong together, and what
// they are read with beside the usual.
type listingSample struct {
	golden, from string
	files        []string
	options      convert.Options
}

var sampleListings = []listingSample{
	{golden: "gh", from: "gh", files: []string{"gh.json"}},
	{golden: "gh-repositories", from: "gh", files: []string{"gh.json"}, options: convert.Options{As: convert.AsRepositories, Include: []convert.Flag{convert.Archived, convert.Empty}}},
	{golden: "gh-graphql", from: "gh", files: []string{"gh-graphql.json"}},
	{golden: "gitlab", from: "gitlab", files: []string{"gitlab.json"}},
	{golden: "azure", from: "azure", files: []string{"azure.json"}},
	{golden: "bitbucket-server", from: "bitbucket-server", files: []string{"bitbucket-server-1.json", "bitbucket-server-2.json"}},
	{golden: "bitbucket-server-page", from: "bitbucket-server", files: []string{"bitbucket-server-1.json"},
		options: convert.Options{SkipIf: []convert.Condition{{"project.key", "web"}}}},
	{golden: "vendor-tsv", from: "vendor-tsv", files: []string{"vendor.tsv"}},
	{golden: "csv", from: "csv", files: []string{"repos.csv"}},
	{golden: "csv-mapped", from: "csv", files: []string{"repos.csv"}, options: convert.Options{
		Map:       []convert.Assignment{{"displayName", "path"}, {"tagsFilter", "team"}, {"projects", "jira project"}},
		SkipIf:    []convert.Condition{{"Team", "money"}},
		HostTypes: map[string]schema.Type{"gitlab.acme.example": schema.TypeGitLabServer, "git.acme.example": schema.TypeGerrit}}},
	{golden: "github", from: "github", files: []string{"github.json"}},
	{golden: "gitea", from: "gitea", files: []string{"gitea.json"}},
	{golden: "bitbucket-cloud", from: "bitbucket-cloud", files: []string{"bitbucket-cloud.json"}},
	{golden: "codecommit", from: "codecommit", files: []string{"codecommit.json"}},
	{golden: "gerrit", from: "gerrit", files: []string{"gerrit.json"}, options: convert.Options{BaseURL: "https://gerrit.acme.example/r/"}},
	{golden: "ghorg", from: "ghorg", files: []string{"ghorg-reclone.yaml"}},
	{golden: "repo", from: "repo", files: []string{"repo-default.xml", "repo-local.xml"},
		options: convert.Options{BaseURL: "https://gerrit.acme.example/manifest", HostTypes: map[string]schema.Type{"gerrit.acme.example": schema.TypeGerrit}}},
	{golden: "vcstool", from: "vcstool", files: []string{"vcstool.repos"}},
	{golden: "west", from: "west", files: []string{"west.yml"}},
	{golden: "mr", from: "mr", files: []string{"mrconfig"}},
	{golden: "gitmodules", from: "gitmodules", files: []string{"gitmodules"},
		options: convert.Options{BaseURL: "https://gitlab.acme.example/shop/web.git"}},
	{golden: "backstage", from: "backstage", files: []string{"catalog-info.yaml"}},
	{golden: "gei-azure", from: "gei", files: []string{"gei-azure.csv"}},
	{golden: "gei-bitbucket", from: "gei", files: []string{"gei-bitbucket.csv"}},
	{golden: "gei-gitlab", from: "gei", files: []string{"gei-gitlab.csv"}},
	{golden: "fisheye", from: "fisheye", files: []string{"fisheye.json"}},
	{golden: "fisheye-old", from: "fisheye", files: []string{"fisheye-old.json"}},
	{golden: "dvcs", from: "dvcs", files: []string{"dvcs-repositories.json", "dvcs-organizations.json"}},
}

func readSamples(t testing.TB, files ...string) []convert.Input {
	t.Helper()
	var inputs []convert.Input
	for _, name := range files {
		text, err := os.ReadFile(filepath.Join("../../samples/listings", name))
		if err != nil {
			t.Fatal(err)
		}
		inputs = append(inputs, convert.Input{Name: name, Text: text})
	}
	return inputs
}

func each(inputs []convert.Input) iter.Seq2[convert.Input, error] {
	return func(yield func(convert.Input, error) bool) {
		for _, in := range inputs {
			if !yield(in, nil) {
				return
			}
		}
	}
}

// TestSamples holds the conversions of the samples against golden files. They come out
// the same whether the tool is named or recognized, and each time.
func TestSamples(t *testing.T) {
	for _, s := range sampleListings {
		t.Run(s.golden, func(t *testing.T) {
			named := s.options
			named.From = s.from
			result, err := tools.All().Read(each(readSamples(t, s.files...)), named)
			if err != nil {
				t.Fatal(err)
			}
			got := dump(result)
			golden := filepath.Join("testdata", s.golden+".txt")
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			again, err := tools.All().Read(each(readSamples(t, s.files...)), s.options)
			if err != nil || dump(again) != got {
				t.Errorf("recognized by itself it is another: error %v", err)
			}
			for _, canary := range []string{"canary", "s3cr3t", "ghp_", "AKIA"} {
				if strings.Contains(got, canary) {
					t.Errorf("a credential came out: %s", canary)
				}
			}
			sound(t, result)
		})
	}
}

// dump writes a result for people.
func dump(result schema.Conversion) string {
	var b strings.Builder
	for i, e := range result.Entries {
		fmt.Fprintf(&b, "record %d\n", i+1)
		for _, c := range e.Cells {
			fmt.Fprintf(&b, "  %s: %s", c.Name, c.Written.Text)
			for _, item := range c.Written.Items {
				fmt.Fprintf(&b, "[%s]", item.Text)
			}
			b.WriteByte('\n')
		}
	}
	for _, r := range result.Rows {
		fmt.Fprintf(&b, "%s row %d %q %s", r.Place, r.Place.Record, r.Name, r.Fate)
		if r.Record > 0 {
			fmt.Fprintf(&b, " in %d", r.Record)
		}
		if r.Why != "" {
			fmt.Fprintf(&b, ": %s", r.Why)
		}
		b.WriteByte('\n')
	}
	for _, p := range result.Placeholders {
		fmt.Fprintf(&b, "to fill in: %s for %s in %d\n", p.Reference, p.For, p.Records)
	}
	for _, f := range result.Findings {
		fmt.Fprintf(&b, "%s: %s (%s)\n", f.Code, f, f.Advice)
	}
	return b.String()
}

// accounted holds that each row met a fate, and each record was made of rows.
func accounted(t *testing.T, result schema.Conversion) {
	t.Helper()
	r := result
	if r.Count(schema.FateConverted)+r.Count(schema.FateMerged)+r.Count(schema.FateSkipped) != len(r.Rows) {
		t.Errorf("of %d rows some have no fate", len(r.Rows))
	}
	used := map[int]bool{}
	for _, row := range r.Rows {
		used[row.Record] = true
		if (row.Fate == schema.FateSkipped) != (row.Record == 0) || row.Fate != schema.FateConverted && row.Why == "" || row.Record > len(result.Entries) {
			t.Errorf("row %+v", row)
		}
	}
	for i := range result.Entries {
		if !used[i+1] {
			t.Errorf("record %d was made of no row", i+1)
		}
	}
}

// sound holds what is true of a result of sound listings: each row is accounted for,
// each record has no error and knows where it came from.
func sound(t *testing.T, result schema.Conversion) {
	t.Helper()
	accounted(t, result)
	var checker schema.Checker
	var duplicates schema.Duplicates
	for i, e := range result.Entries {
		record := checker.Check(e)
		for _, f := range record.Findings {
			if f.Level == schema.LevelError {
				t.Errorf("record %d: %s", i+1, f)
			}
		}
		if id, ok := record.Identity(); ok {
			if f, found := duplicates.Find(id, record.Kind(), record.Place); found {
				t.Errorf("%s", f)
			}
		}
		if last := e.Cells[len(e.Cells)-1]; last.Name != schema.SourceColumn || last.Written.Text == "" {
			t.Errorf("record %d does not know where it came from", i+1)
		}
	}
}

// TestProblems: what cannot be converted is told with its place and what to do.
func TestProblems(t *testing.T) {
	for _, tt := range []struct {
		from, text   string
		options      convert.Options
		place, words string
		misuse       bool
		option       schema.Option
	}{
		{from: "gh", text: "", place: "in", words: "the file is empty"},
		{from: "gh", text: " \n", place: "in", words: "the file is empty"},
		{from: "gh", text: "[]", place: "in", words: "it has no repositories"},
		{from: "bitbucket-server", text: `{"size":0,"isLastPage":true,"values":[]}`, place: "in", words: "it has no repositories"},
		{from: "gh", text: `[{"nameWithOwner":"a/b"},`, place: "in:1:26", words: "ends in the middle"},
		{from: "gh", text: "[\n {\"nameWithOwner\":\"a/b\",}]", place: "in:2:", words: "not JSON"},
		{from: "gh", text: "[\n {\"full_name\":\"a/b\"}]", place: "in:2", words: "not a listing of gh"},
		{from: "gitlab", text: `{"message":"401 Unauthorized"}`, place: "in:1", words: "401 Unauthorized"},
		{from: "bitbucket-server", text: `{"errors":[{"context":null,"message":"You are not permitted"}]}`, place: "in:1", words: "You are not permitted"},
		{from: "gh", text: `"x"`, place: "in:1", words: "a single value"},
		{from: "", text: "hello", place: "in", words: "not recognized", option: schema.OptionTool},
		{from: "", text: `[{"a":1}]`, place: "in", words: "not recognized", option: schema.OptionTool},
		{from: "csv", text: "a,b\n1,2\n", place: "in:1", words: "no column is known", option: schema.OptionMap},
		{from: "csv", text: "type,origin,pat\nGITHUB,,\n", place: "in:1", words: "a manifest already", option: schema.OptionMap},
		{from: "csv", text: "cloneUrl,org\nhttps://a.example/b,\"x\ny,z\n", place: "in:2", words: "never closed"},
		{from: "csv", text: "cloneUrl,org\nhttps://a.example/b,x\n", options: convert.Options{SkipIf: []convert.Condition{{"ogr", "x"}}}, words: "no column \"ogr\"", misuse: true},
		{from: "vendor-tsv", text: "cloneUrl\torg\n1\t2\n", place: "in:1", words: "not a listing of vendor-tsv", option: schema.OptionTool},
		{from: "gh", text: `[{"nameWithOwner":"a/b","isFork":true},{"nameWithOwner":"a/c","isFork":true}]`, place: "in", words: "2 because it is a fork", option: schema.OptionInclude},
		{from: "bitbucket-server", text: `{"values":[{"slug":"a","project":{"key":"P"},"links":{"clone":[{"href":"https://b.example/scm/p/a.git"}]}}]}`,
			options: convert.Options{As: convert.AsIntegrations}, place: "in", words: "has no integration type"},
		{from: "github", text: `{"message":"Not Found"}`, place: "in:1", words: "Not Found"},
		{from: "github", text: `{"total_count":0,"items":[]}`, place: "in", words: "it has no repositories"},
		{from: "github", text: `[{"full_name":"a/b","clone_url":"https://github.com/a/b.git","fork":true}]`, place: "in", words: "1 because it is a fork", option: schema.OptionInclude},
		{from: "gh", text: `[{"nameWithOwner":"a/b","isFork":true,"isArchived":true}]`, place: "in", words: "1 because it is archived and a fork", option: schema.OptionInclude},
		{from: "", text: `[{"full_name":"a/b","clone_url":"https://git.example/a/b.git"}]`, place: "in", words: "of github or of gitea", option: schema.OptionTool},
		{from: "codecommit", text: `{"repositories":[{"repositoryName":"a","repositoryId":"1"}]}`, place: "in", words: "no region", option: schema.OptionBaseURL},
		{from: "gerrit", text: ")]}'\n{}", place: "in", words: "not the URL of the Gerrit", option: schema.OptionBaseURL},
		{from: "gerrit", text: ")]}'\n{}", options: convert.Options{BaseURL: "https://gerrit.example"}, place: "in", words: "it has no repositories"},
		{from: "gerrit", text: ")]}'\n{\"a\":{\"id\":\"a\",", options: convert.Options{BaseURL: "https://gerrit.example"}, place: "in:2", words: "ends in the middle"},
		{from: "ghorg", text: "- a\n", place: "in:1", words: "a mapping from names"},
		{from: "ghorg", text: "a:\n  cmd: 'unclosed \"quote'\n", place: "in", words: "1 because it has no cmd"},
		{from: "ghorg", text: "a: [\n", place: "in:", words: "not YAML"},
		{from: "ghorg", text: "a:\n  cmd: ghorg ls\n", place: "in", words: "1 because its cmd is not a ghorg clone command"},
		{from: "repo", text: "<manifest><project name='a'></manifest>", place: "in:1", words: "not XML"},
		{from: "repo", text: "<html/>", place: "in:1", words: "\"html\", not manifest"},
		{from: "repo", text: "<manifest><remote name='o' fetch='..'/><default remote='o'/><project name='a'/></manifest>", place: "in", words: "its remote is relative", option: schema.OptionBaseURL},
		{from: "repo", text: "<manifest><remote name='o' fetch='..'/></manifest>", place: "in", words: "it has no repositories"},
		{from: "vcstool", text: "repositories:\n  - a\n", place: "in:1", words: "a mapping from paths"},
		{from: "west", text: "projects: []\n", place: "in:1", words: "manifest, a mapping"},
		{from: "mr", text: "[src/a]\nupdate = true\n", place: "in", words: "1 because it has no checkout"},
		{from: "gitmodules", text: "[core]\n\tbare = false\n", place: "in", words: "no section [submodule"},
		{from: "gitmodules", text: "[submodule \"a\"]\n\turl = ../a\n", place: "in", words: "its URL is relative", option: schema.OptionBaseURL},
		{from: "backstage", text: "a: b\n", place: "in:1", words: "kind and metadata"},
		{from: "backstage", text: "apiVersion: backstage.io/v1alpha1\nkind: Group\nmetadata: {name: a}\n", place: "in", words: "no annotation that names"},
		{from: "gei", text: "org,teamproject,repo,pipeline,url\na,b,c,d,e\n", place: "in:1", words: "these are pipelines"},
		{from: "gei", text: "name,url,owner\na,b,c\n", place: "in:1", words: "none of an inventory", option: schema.OptionTool},
		{from: "fisheye", text: `{"values":[{"type":"svn","name":"a"}]}`, place: "in", words: "1 because it is not a git repository"},
		{from: "dvcs", text: `{"repositories":[{"id":1,"organizationId":2,"slug":"a","linked":true}]}`, place: "in", words: "only has the ids of their accounts"},
		{from: "dvcs", text: `{"organizations":[{"id":1,"hostUrl":"https://github.com","name":"a","repositories":[]}]}`, place: "in", words: "accounts and no repositories"},
		{from: "nonsense", text: "x", words: "there is no tool", misuse: true},
	} {
		tt.options.From = tt.from
		_, err := tools.All().Read(each([]convert.Input{{Name: "in", Text: []byte(tt.text)}}), tt.options)
		var p *convert.Problem
		if !errors.As(err, &p) {
			t.Errorf("%s %q: error %v", tt.from, tt.text, err)
			continue
		}
		fits := false
		for words := range strings.SplitSeq(tt.words, "|") {
			fits = fits || strings.Contains(p.Message, words)
		}
		if !fits || !strings.HasPrefix(p.Place.String(), tt.place) || p.Advice == "" || p.Misuse != tt.misuse || p.Option != tt.option {
			t.Errorf("%s %q: %+v", tt.from, tt.text, p)
		}
	}
}

// TestPages: documents in a row, lists of lists and lists of pages all are one listing.
func TestPages(t *testing.T) {
	one, two := `{"nameWithOwner":"a/b","url":"https://github.com/a/b"}`, `{"nameWithOwner":"a/c","url":"https://github.com/a/c"}`
	for _, text := range []string{
		"[" + one + "," + two + "]", "[" + one + "]\n[" + two + "]", "[[" + one + "],[" + two + "]]", one + "\n" + two + "\n",
		"[" + one + "][]" + two,
	} {
		result, err := tools.All().Read(each([]convert.Input{{Name: "in", Text: []byte(text)}}), convert.Options{})
		if err != nil || result.Count(schema.FateConverted) != 2 || len(result.Entries) != 1 {
			t.Errorf("%s: %+v, error %v", text, result, err)
		}
	}
	page := `{"isLastPage":%v,"start":%d,"nextPageStart":%s,"values":[{"slug":"r%d","project":{"key":"P"},"links":{"clone":[{"href":"https://b.example/scm/p/r%d.git"}]}}]}`
	first := fmt.Sprintf(page, false, 0, "1", 0, 0)
	second := fmt.Sprintf(page, false, 1, "2", 1, 1)
	third := fmt.Sprintf(page, true, 2, "null", 2, 2)
	for _, tt := range []struct {
		texts    []string
		rows     int
		warnings int
	}{
		{[]string{first}, 1, 1},
		{[]string{first + second}, 2, 1},
		{[]string{"[" + first + "," + second + "," + third + "]"}, 3, 0},
		{[]string{first, third, second}, 3, 0},
		{[]string{third}, 1, 0},
	} {
		var inputs []convert.Input
		for i, text := range tt.texts {
			inputs = append(inputs, convert.Input{Name: fmt.Sprintf("%d.json", i), Text: []byte(text)})
		}
		result, err := tools.All().Read(each(inputs), convert.Options{From: "bitbucket-server"})
		if err != nil || len(result.Rows) != tt.rows || len(result.Findings) != tt.warnings {
			t.Errorf("%s: %s error %v", tt.texts, dump(result), err)
		}
	}
}

// TestPagesOfOthers: how other services tell that there is more.
func TestPagesOfOthers(t *testing.T) {
	cloud := `{"size":2,"values":[{"full_name":"a/%s","links":{"html":{"href":"https://bitbucket.org/a/%s"}}}]%s}`
	marked := `{"values":[{"full_name":"a/%s","links":{"html":{"href":"https://bitbucket.org/a/%s"}}}]%s}`
	fisheye := `{"start":%d,"lastPage":%v,"values":[{"type":"git","name":"a","enabled":true,"git":{"location":"https://h.example/%d.git"}}]}`
	next := `,"next":"https://api.bitbucket.org/2.0/repositories/a?page=2"`
	for _, tt := range []struct {
		from     string
		texts    []string
		warnings int
	}{
		{"bitbucket-cloud", []string{fmt.Sprintf(cloud, "b", "b", next)}, 1},
		{"bitbucket-cloud", []string{fmt.Sprintf(cloud, "b", "b", next), fmt.Sprintf(cloud, "c", "c", "")}, 0},
		{"bitbucket-cloud", []string{fmt.Sprintf(marked, "b", "b", next)}, 1},
		{"bitbucket-cloud", []string{fmt.Sprintf(marked, "b", "b", next), fmt.Sprintf(marked, "c", "c", "")}, 0},
		{"fisheye", []string{fmt.Sprintf(fisheye, 0, false, 0)}, 1},
		{"fisheye", []string{fmt.Sprintf(fisheye, 0, false, 0), fmt.Sprintf(fisheye, 1, true, 1)}, 0},
		{"fisheye", []string{fmt.Sprintf(fisheye, 0, false, 0), fmt.Sprintf(fisheye, 2, true, 1)}, 1},
		{"github", []string{`{"total_count":2,"items":[{"full_name":"a/b","clone_url":"https://github.com/a/b.git"}]}`}, 1},
		{"github", []string{`{"total_count":1,"items":[{"full_name":"a/b","clone_url":"https://github.com/a/b.git"}]}`}, 0},
		{"codecommit", []string{`{"repositories":[{"repositoryName":"a","repositoryId":"1"}],"nextToken":"x"}`}, 1},
		{"gerrit", []string{`{"a":{"id":"a"},"b":{"id":"b","_more_projects":true}}`}, 1},
	} {
		var inputs []convert.Input
		for i, text := range tt.texts {
			inputs = append(inputs, convert.Input{Name: fmt.Sprintf("%d.json", i), Text: []byte(text)})
		}
		base := map[string]string{"gerrit": "https://gerrit.example", "codecommit": "https://git-codecommit.eu-west-1.amazonaws.com"}[tt.from]
		result, err := tools.All().Read(each(inputs), convert.Options{From: tt.from, BaseURL: base})
		if err != nil || len(result.Findings) != tt.warnings {
			t.Errorf("%s: %s error %v", tt.texts, dump(result), err)
		}
	}
}

// TestLimits: a listing that is just as long as a usual limit is told of.
func TestLimits(t *testing.T) {
	for n, want := range map[int]int{29: 0, 30: 1, 31: 0, 1000: 1} {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, `{"nameWithOwner":"a/r%d","url":"https://github.com/a/r%d"},`, i, i)
		}
		result, err := tools.All().Read(each([]convert.Input{{Name: "in", Text: []byte("[" + strings.TrimSuffix(b.String(), ",") + "]")}}), convert.Options{From: "gh"})
		if err != nil || len(result.Findings) != want {
			t.Errorf("%d rows: %v, error %v", n, result.Findings, err)
		}
	}
}

// TestCredentialsOfAColumnAreLeftOut: with a word, and without a look at them.
func TestCredentialsOfAColumnAreLeftOut(t *testing.T) {
	result, err := tools.All().Read(each([]convert.Input{{Name: "in.csv", Text: []byte("cloneUrl,token\nhttps://git.example/a.git,hunter2\nhttps://git.example/b.git,env:B\nhttps://git.example/c.git,hunter3\nhttps://git.example/d.git,\n")}}),
		convert.Options{From: "csv", Map: []convert.Assignment{{To: "pat", From: "token"}}})
	if err != nil {
		t.Fatal(err)
	}
	told := 0
	for _, f := range result.Findings {
		if f.Code == schema.CodeListingNotHeld && f.Field == "pat" && strings.Contains(f.Message, `credentials in "token" were left out (2 rows)`) {
			told++
		}
	}
	if all := dump(result); told != 1 || strings.Contains(all, "hunter") || !strings.Contains(all, "env:B") {
		t.Errorf("told %d times: %s", told, all)
	}
}
