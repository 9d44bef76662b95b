package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const (
	listedRepositories  = 40_000
	listedOrganisations = 300
)

// BenchmarkConvert compares `gijbulk convert` of a long list of GitHub repositories with a program
// that does nothing but decode it. One organisation is larger than an integration may be.
func BenchmarkConvert(b *testing.B) {
	b.Run(fmt.Sprintf("%d repositories in %d organisations", listedRepositories, listedOrganisations), func(b *testing.B) {
		file, manifest := writeInput(b, "gh.json", writeListing), filepath.Join(b.TempDir(), "gh.jsonl")
		compare(b, listedRepositories, "decoding-the-file", program(b, "convert", "--from", "gh", file, "--out", manifest), baseline("listing", file))
		integrations, most, err := integrationsIn(manifest)
		if err != nil || most > 2000 {
			b.Fatalf("an integration of %d repositories, error %v", most, err)
		}
		b.ReportMetric(float64(integrations), "integrations")
	})
}

// integrationsIn counts the integrations of a manifest in JSON Lines, and the repositories
// that the largest was made of.
func integrationsIn(name string) (integrations, most int, err error) {
	file, err := os.Open(name)
	if err != nil {
		return 0, 0, err
	}
	defer file.Close()
	for d := json.NewDecoder(file); ; integrations++ {
		var made struct {
			Source string `json:"_source"`
		}
		if err := d.Decode(&made); errors.Is(err, io.EOF) {
			return integrations, most, nil
		} else if err != nil {
			return 0, 0, fmt.Errorf("%s: %w", name, err)
		}
		_, told, _ := strings.Cut(made.Source, ": ") // FILE:LINE: N repositories of gh, …
		var repositories int
		if _, err := fmt.Sscan(told, &repositories); err != nil {
			return 0, 0, fmt.Errorf("%s: %q tells no number of repositories: %w", name, made.Source, err)
		}
		most = max(most, repositories)
	}
}

// listed is a repository as `gh repo list` tells of it.
type listed struct {
	Name             string `json:"name"`
	NameWithOwner    string `json:"nameWithOwner"`
	URL              string `json:"url"`
	SSHURL           string `json:"sshUrl"`
	IsArchived       bool   `json:"isArchived"`
	IsFork           bool   `json:"isFork"`
	IsMirror         bool   `json:"isMirror"`
	IsEmpty          bool   `json:"isEmpty"`
	Visibility       string `json:"visibility"`
	DefaultBranchRef struct {
		Name string `json:"name"`
	} `json:"defaultBranchRef"`
}

// writeListing writes the list: an eighth of it is one organisation's.
func writeListing(name string) error {
	file, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(file)
	all := make([]listed, listedRepositories)
	for i := range all {
		owner := "acme-0"
		if i%8 != 0 {
			owner = fmt.Sprint("acme-", i%listedOrganisations)
		}
		r := &all[i]
		r.Name = fmt.Sprintf("service-%d", i)
		r.NameWithOwner = owner + "/" + r.Name
		r.URL, r.SSHURL = "https://github.com/"+r.NameWithOwner, "git@github.com:"+r.NameWithOwner+".git"
		r.IsArchived, r.Visibility, r.DefaultBranchRef.Name = i%40 == 1, "PRIVATE", "main"
	}
	return errors.Join(json.NewEncoder(w).Encode(all), w.Flush(), file.Close())
}

// bareListing decodes the list and keeps it.
func bareListing(args []string) error {
	file, err := os.Open(args[0])
	if err != nil {
		return err
	}
	defer file.Close()
	var all []listed
	if err := json.NewDecoder(bufio.NewReader(file)).Decode(&all); err != nil {
		return err
	}
	if len(all) != listedRepositories {
		return fmt.Errorf("%d repositories, want %d", len(all), listedRepositories)
	}
	return nil
}
