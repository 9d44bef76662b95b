// Command generate writes a large manifest of made-up records, for trying out and
// measuring what a handful of records does not show.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"iter"
	"log"
	"os"
	"path/filepath"
	"strings"

	"gijbulk/importer/manifest"
	"gijbulk/schema"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("generate: ")
	records := flag.Int("records", 100_000, "how many records")
	out := flag.String("o", "", "the file; its extension is the format")
	flag.Parse()
	if err := write(*out, *records); err != nil {
		log.Fatal(err)
	}
}

func write(name string, records int) (err error) {
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	defer func() {
		if closing := file.Close(); err == nil {
			err = closing
		}
	}()
	w := bufio.NewWriter(file)
	format := manifest.Format(strings.TrimPrefix(filepath.Ext(name), "."))
	if err := manifest.Write(w, format, generated(records)); err != nil {
		return err
	}
	return w.Flush()
}

// generated makes the records of an organisation with many teams. The same number
// gives the same records.
func generated(records int) iter.Seq[schema.Record] {
	return func(yield func(schema.Record) bool) {
		for i := range records {
			if !yield(record(i)) {
				return
			}
		}
	}
}

func record(i int) schema.Record {
	team := fmt.Sprintf("team-%05d", i)
	values := map[schema.Field]schema.Value{
		schema.FieldDisplayName:         schema.Text("Repositories of " + team),
		schema.FieldPat:                 schema.Hidden(schema.Refer(schema.SchemeFile, "samples/demo-secret.txt")),
		schema.FieldSendCommitEmails:    schema.Bool(false),
		schema.FieldSmartCommitsEnabled: schema.Bool(i%2 == 0),
		schema.FieldGitViewerEnabled:    schema.Bool(true),
		schema.FieldTagsFilter:          schema.Text(`^v\d+\.\d+(\.\d+)?$`),
		schema.FieldProjectMappingIDs:   schema.IDs(10000, int64(10000+i%7)),
	}
	switch i % 3 {
	case 0:
		values[schema.FieldType] = schema.Text(string(schema.TypeGitHub))
		values[schema.FieldAPIPath] = schema.Text("/orgs/" + team + "/repos")
	case 1:
		values[schema.FieldType] = schema.Text(string(schema.TypeGitLabServer))
		values[schema.FieldOrigin] = schema.Text("https://gitlab.example.org")
		values[schema.FieldAPIPath] = schema.Text("/api/v4/groups/" + team + "/projects?include_subgroups=true")
	default:
		values[schema.FieldType] = schema.Text(string(schema.TypeAzure))
		values[schema.FieldAPIFilter] = schema.Text("[?contains(name, '" + team + "')]")
	}
	return schema.NewRecord(values)
}
