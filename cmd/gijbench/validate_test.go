package main

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"testing"

	"github.com/gocarina/gocsv"
	"gopkg.in/yaml.v3"
)

// BenchmarkValidate compares `gijbulk validate` with the bare readers of the formats.
func BenchmarkValidate(b *testing.B) {
	for _, f := range []struct {
		records         int
		what, ext, bare string
		write           func(name string, records int) error
	}{
		{1_000, "CSV rows", "csv", "gocsv.Unmarshaller", writeCSV},
		{1_000_000, "CSV rows", "csv", "gocsv.Unmarshaller", writeCSV},
		{1_000_000, "JSON Lines", "jsonl", "encoding/json", writeJSONL},
		{100_000, "YAML records", "yaml", "yaml.v3", writeYAML}, // a YAML file may have 64 MiB
	} {
		b.Run(fmt.Sprint(f.records, " ", f.what), func(b *testing.B) {
			file := writeInput(b, "large."+f.ext, func(name string) error { return f.write(name, f.records) })
			compare(b, f.records, "the-bare-"+f.bare, program(b, "validate", file), baseline(f.ext, file))
		})
	}
}

// row is what the bare readers bind a record to.
type row struct {
	Type             string `csv:"type"`
	DisplayName      string `csv:"displayName"`
	Origin           string `csv:"origin"`
	Pat              string `csv:"pat"`
	APIPath          string `csv:"apiPath"`
	SendCommitEmails string `csv:"sendCommitEmails"`
	Global           string `csv:"global"`
	ProjectIDs       string `csv:"projectMappingIds"`
	TagsFilter       string `csv:"tagsFilter"`
	Owner            string `csv:"_owner"`
}

// item is a row as JSON and YAML have it.
type item struct {
	Type             string  `json:"type" yaml:"type"`
	DisplayName      string  `json:"displayName" yaml:"displayName"`
	Origin           string  `json:"origin" yaml:"origin"`
	Pat              string  `json:"pat" yaml:"pat"`
	APIPath          string  `json:"apiPath" yaml:"apiPath"`
	SendCommitEmails bool    `json:"sendCommitEmails" yaml:"sendCommitEmails"`
	Global           bool    `json:"global" yaml:"global"`
	ProjectIDs       []int64 `json:"projectMappingIds" yaml:"projectMappingIds,flow"`
	TagsFilter       string  `json:"tagsFilter" yaml:"tagsFilter"`
	Owner            string  `json:"_owner" yaml:"_owner"`
}

// benchPat is the reference to a secret in the rows.
const benchPat = "file:/run/secrets/gitlab"

func writeCSV(name string, rows int) error { return writeCSVWith(name, rows, benchPat) }

func writeCSVWith(name string, rows int, pat string) error {
	return writeFile(name, func(w io.Writer) {
		fmt.Fprintln(w, "type,displayName,origin,pat,apiPath,sendCommitEmails,global,projectMappingIds,tagsFilter,_owner")
		for i := range rows {
			fmt.Fprintf(w, "GITLAB_SERVER,Repositories of team %d,https://gitlab%d.example.org,%s,/api/v4/groups/team-%d/projects,false,false,10000;1000%d,^v\\d+\\..*$,team %d\n",
				i, i%50, pat, i, i%2, i%500)
		}
	})
}

func writeJSONL(name string, records int) error {
	return writeFile(name, func(w io.Writer) {
		for i := range records {
			fmt.Fprintf(w, `{"type":"GITLAB_SERVER","displayName":"Repositories of team %d","origin":"https://gitlab%d.example.org","pat":"%s",`+
				`"apiPath":"/api/v4/groups/team-%d/projects","sendCommitEmails":false,"global":false,"projectMappingIds":[10000,1000%d],`+
				`"tagsFilter":"^v\\d+\\..*$","_owner":"team %d"}`+"\n", i, i%50, benchPat, i, i%2, i%500)
		}
	})
}

func writeYAML(name string, records int) error {
	return writeFile(name, func(w io.Writer) {
		fmt.Fprintln(w, "version: 1\nintegrations:")
		for i := range records {
			fmt.Fprintf(w, `  - type: GITLAB_SERVER
    displayName: Repositories of team %d
    origin: https://gitlab%d.example.org
    pat: %s
    apiPath: /api/v4/groups/team-%d/projects
    sendCommitEmails: false
    global: false
    projectMappingIds: [10000, 1000%d]
    tagsFilter: ^v\d+\..*$
    _owner: team %d
`, i, i%50, benchPat, i, i%2, i%500)
		}
	})
}

func writeFile(name string, write func(io.Writer)) error {
	file, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(file)
	write(w)
	return errors.Join(w.Flush(), file.Close())
}

// bareCSV reads a file as the bare library does.
func bareCSV(args []string) error { return eachRow(args[0], func(row) {}) }

// bareRows is bareCSV, keeping the rows.
func bareRows(name string) (rows []row, err error) {
	err = eachRow(name, func(r row) { rows = append(rows, r) })
	return rows, err
}

func eachRow(name string, visit func(row)) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	reader, err := gocsv.NewUnmarshaller(csv.NewReader(bufio.NewReaderSize(file, 1<<16)), row{})
	if err != nil {
		return err
	}
	for {
		r, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		visit(r.(row))
	}
}

// bareJSONL decodes a file's records one after the other.
func bareJSONL(args []string) error {
	file, err := os.Open(args[0])
	if err != nil {
		return err
	}
	defer file.Close()
	for decoder := json.NewDecoder(bufio.NewReaderSize(file, 1<<16)); ; {
		var i item
		if err := decoder.Decode(&i); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// bareYAML decodes a file's only document.
func bareYAML(args []string) error {
	file, err := os.Open(args[0])
	if err != nil {
		return err
	}
	defer file.Close()
	var manifest struct {
		Version      int    `yaml:"version"`
		Integrations []item `yaml:"integrations"`
	}
	return yaml.NewDecoder(bufio.NewReaderSize(file, 1<<16)).Decode(&manifest)
}
