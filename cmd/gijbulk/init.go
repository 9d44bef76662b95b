package main

import (
	"bytes"
	"cmp"
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"text/template"

	"github.com/spf13/cobra"

	"gijbulk/cmd/gijbulk/config"
	"gijbulk/importer/manifest"
	"gijbulk/reports"
	"gijbulk/schema"
)

//go:embed starter
var starters embed.FS

// starterManifest is the manifest that init writes, in its folder.
const starterManifest = "integrations.yaml"

// initOptions say what init writes.
type initOptions struct {
	target    targetOptions
	state     stateOptions
	example   bool
	pipeline  string
	overwrite bool
}

func (a *app) initCommand() *cobra.Command {
	var o initOptions
	cmd := &cobra.Command{
		Use:   "init [FOLDER]",
		Short: "Write a first manifest, a configuration and a pipeline",
		Long: `Write the files of a new repository for the git integrations of one Jira into a
folder, by default the working directory:

  integrations.yaml          the live records, as gijbulk export writes them; an
                             example with --example, or where Jira has none
  gijbulk.yaml               the configuration: the Jira, and references to its
                             credentials
  .github/workflows/gijbulk.yml, or .gitlab-ci.yml with --pipeline gitlab
                             checks and plans what is proposed, syncs what is
                             merged, and again every night

Only reads are sent. No file holds a secret: the manifest and the configuration
have references, and what is to be filled in is listed. A file that gijbulk did
not write, or that was edited since, is replaced only with --overwrite; where
one cannot be replaced, none is written.`,
		Example: `  gijbulk init --jira https://jira.example.org
  gijbulk init integrations --example --pipeline gitlab`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usage("%s takes one folder, and got %q too", cmd.CommandPath(), args[1])
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			folder := "."
			if len(args) > 0 {
				folder = filepath.Clean(args[0])
			}
			return a.init(cmd.Context(), folder, o)
		},
	}
	f := cmd.Flags()
	o.target.addFlags(f)
	o.state.addFlags(f)
	f.BoolVar(&o.example, "example", false, "write an example manifest, and send nothing to Jira")
	f.Var(newChoice(&o.pipeline, pipelineGitHub, pipelineGitLab, pipelineNone), "pipeline", "github, gitlab or none")
	f.BoolVar(&o.overwrite, overwriteFlag, false, "replace files that gijbulk did not write, or that were edited since")
	return cmd
}

const (
	pipelineGitHub = "github"
	pipelineGitLab = "gitlab"
	pipelineNone   = "none"
)

func (a *app) init(ctx context.Context, folder string, o initOptions) error {
	s := starter{Target: "jira", URL: schema.ShownURL(a.urlOf(o.target)), Connection: a.connection(o.target)}
	if a.profile != nil {
		s.Target = a.profile.Name
	}
	if !o.example {
		live, err := a.readLive(ctx, o)
		if err != nil {
			return err
		}
		if err := s.holds(live); err != nil {
			return err
		}
	}
	files, err := s.files(folder, o.pipeline)
	if err != nil {
		return err
	}
	if err := a.writeStarter(files, o.overwrite); err != nil {
		return err
	}
	return a.showStarter(s, files)
}

// readLive is what a server has, as a manifest says it.
func (a *app) readLive(ctx context.Context, o initOptions) (_ *exporter, err error) {
	t, err := a.connect(o.target, true, schema.Shard{})
	if err != nil {
		return nil, err
	}
	defer func() { err = firstError(err, t.close()) }()
	a.hide(nil, t.secrets...)
	e := &exporter{app: a, options: exportOptions{target: o.target, state: o.state}, target: t}
	if err := e.read(ctx); err != nil {
		return nil, err
	}
	e.complete(string(manifest.YAML))
	return e, nil
}

// urlOf is the URL of the Jira; one to replace, where none is given or it is the embedded sandbox.
func (a *app) urlOf(o targetOptions) string {
	const example = "https://jira.example.org"
	switch {
	case a.profile != nil:
		return a.profile.URL.Value
	case o.sandboxFaults != "" || o.sandboxData != "":
		return example
	}
	return cmp.Or(o.url, a.env("JIRA_URL"), example)
}

// starterSetting is a line of a configuration.
type starterSetting struct{ Key, Value string }

// connection is how the Jira is reached, as a configuration says it: with references, and paths that do not
// depend on the folder.
func (a *app) connection(o targetOptions) (settings []starterSetting) {
	add := func(key, value string) {
		if value != "" {
			settings = append(settings, starterSetting{key, strconv.Quote(value)})
		}
	}
	switch p := a.profile; {
	case p != nil:
		add("token", p.Token.Value)
		add("user", p.User.Value)
		add("password", p.Password.Value)
	case o.tokenFile != "":
		add("token", "file:"+absolute(o.tokenFile))
	case a.env("JIRA_TOKEN") == "" && a.env("JIRA_USER") != "":
		add("user", "env:JIRA_USER")
		add("password", "env:JIRA_PASSWORD")
	default:
		add("token", "env:JIRA_TOKEN")
	}
	add("caFile", absolute(o.caFile))
	add("clientCert", absolute(o.clientCert))
	return settings
}

func absolute(path string) string {
	if full, err := filepath.Abs(path); path != "" && err == nil {
		return full
	}
	return path
}

// starter is what the files of a new repository are about.
type starter struct {
	Target, URL string
	Connection  []starterSetting
	Secrets     []string // the environment variables that the files refer to

	manifest []byte // nil: the example
	exported reports.Export
}

// holds makes the live records the manifest, if there are any.
func (s *starter) holds(live *exporter) error {
	if len(live.records) == 0 {
		return nil
	}
	var text bytes.Buffer
	if err := live.write(&text, string(manifest.YAML)); err != nil {
		return err
	}
	s.manifest, s.exported = text.Bytes(), live.export()
	return nil
}

// starterFile is one of the files, with what it is for.
type starterFile struct {
	path, about string
	content     []byte
}

func (s starter) files(folder, pipeline string) ([]starterFile, error) {
	records := starterFile{filepath.Join(folder, starterManifest), "an example", s.manifest}
	if s.manifest == nil {
		example, err := starters.ReadFile("starter/" + starterManifest)
		if err != nil {
			return nil, err
		}
		records.content = example
	} else {
		integrations := s.exported.Records - s.exported.Repositories
		records.about = countKinds(map[schema.Kind]int{schema.KindIntegration: integrations, schema.KindRepository: s.exported.Repositories}) + " of " + schema.ShownURL(s.URL)
	}
	settings := starterFile{path: filepath.Join(folder, config.FileName), about: "the configuration, with the target " + s.Target}
	var err error
	if settings.content, err = s.fill(config.FileName); err != nil || pipeline == pipelineNone {
		return []starterFile{records, settings}, err
	}
	s.Secrets = variablesIn(settings.content, records.content)
	job := starterFile{path: filepath.Join(folder, ".gitlab-ci.yml"), about: "the pipeline"}
	if pipeline == pipelineGitHub {
		job.path = filepath.Join(folder, ".github", "workflows", "gijbulk.yml")
	}
	job.content, err = s.fill(pipeline + ".yml")
	return []starterFile{records, settings, job}, err
}

func (s starter) fill(name string) ([]byte, error) {
	var text bytes.Buffer
	t, err := template.New(name).Delims("[[", "]]").Funcs(template.FuncMap{"join": func(words []string) string { return strings.Join(words, ", ") }}).
		ParseFS(starters, "starter/"+name)
	if err != nil {
		return nil, err
	}
	err = t.Execute(&text, s)
	return text.Bytes(), err
}

// variableReference is a reference to an environment variable in a manifest or a configuration.
var variableReference = regexp.MustCompile(`\benv:([A-Za-z_][A-Za-z0-9_]*)`)

func variablesIn(texts ...[]byte) []string {
	var names []string
	for line := range bytes.Lines(bytes.Join(texts, []byte("\n"))) {
		if bytes.HasPrefix(line, []byte("#")) {
			continue
		}
		for _, found := range variableReference.FindAllSubmatch(line, -1) {
			names = append(names, string(found[1]))
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// writeStarter writes all of the files, or none where one of them is somebody's work.
func (a *app) writeStarter(files []starterFile, overwrite bool) error {
	for _, f := range files {
		old, err := digestOf(f.path)
		if err != nil {
			return fmt.Errorf("cannot write %s: %s", f.path, plainCause(err))
		}
		if old == "" || overwrite || old == digestOfText(f.content) || old == a.markOf(f.path).digest() {
			continue
		}
		return usage("%s was not written by gijbulk, or was edited since; no file was written", f.path).
			hinted("choose another folder, or replace the files (--%s)", overwriteFlag)
	}
	for _, f := range files {
		if err := os.MkdirAll(filepath.Dir(f.path), 0o755); err != nil {
			return fmt.Errorf("cannot write %s: %s", f.path, plainCause(err))
		}
		err := a.emit(outputOptions{out: f.path, overwrite: overwrite}, func(w io.Writer) error {
			_, err := w.Write(f.content)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// showStarter says what was written, what is to be filled in, and what to do next.
func (a *app) showStarter(s starter, files []starterFile) error {
	for _, f := range files {
		var err error
		if a.json() {
			err = json.NewEncoder(a.stdout).Encode(map[string]string{"file": f.path, "about": f.about})
		} else {
			_, err = fmt.Fprintf(a.stdout, "%s: %s\n", reports.OneLine(f.path), f.about)
		}
		if err != nil {
			return err
		}
	}
	if a.logging.quiet && len(s.exported.Findings)+len(s.exported.Placeholders) == 0 {
		return nil
	}
	if s.manifest != nil {
		if err := reports.ExportText(a.stderr, s.exported, files[0].path, a.page(a.stderrIsTerminal)); err != nil {
			return err
		}
	}
	return a.printSteps([]string{
		"gijbulk validate " + quoteWord(files[0].path),
		fmt.Sprintf("gijbulk audit --config %s --target %s", quoteWord(files[1].path), quoteWord(s.Target)),
	})
}
