package main

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/gocarina/gocsv"
)

// validate holds `gijbulk validate` against the bare reader that it is built on.
func (b bench) validate() error {
	file := filepath.Join(b.dir, "large.csv")
	if err := writeCSV(file, b.rows, benchPat); err != nil {
		return err
	}
	ours, bare, err := inTurn(b.rounds,
		func() (usage, error) { return measure(b.gijbulk, "validate", file) },
		func() (usage, error) { return b.self("csv", file) },
		func(a, b usage) int { return int(a.wall - b.wall) })
	if err != nil {
		return err
	}
	fmt.Printf("validate of %d CSV rows: %.2f s, %.2f times the bare gocsv.Unmarshaller (%.2f s); peak memory %.0f MB (bare %.0f MB)\n",
		b.rows, ours.wall.Seconds(), ours.wall.Seconds()/bare.wall.Seconds(), bare.wall.Seconds(), megabytes(ours.memory), megabytes(bare.memory))
	return nil
}

// row is what the bare reader binds a line to.
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

// benchPat is the reference to a secret in the rows.
const benchPat = "file:/run/secrets/gitlab"

func writeCSV(name string, rows int, pat string) error {
	file, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(file)
	fmt.Fprintln(w, "type,displayName,origin,pat,apiPath,sendCommitEmails,global,projectMappingIds,tagsFilter,_owner")
	for i := range rows {
		fmt.Fprintf(w, "GITLAB_SERVER,Repositories of team %d,https://gitlab%d.example.org,%s,/api/v4/groups/team-%d/projects,false,false,10000;1000%d,^v\\d+\\..*$,team %d\n",
			i, i%50, pat, i, i%2, i%500)
	}
	return errors.Join(w.Flush(), file.Close())
}

// bareCSV reads a file as the bare library does.
func bareCSV(name string) error { return eachRow(name, func(row) {}) }

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
