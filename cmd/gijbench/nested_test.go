package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gijbulk/importer/sandbox"
)

const (
	nestedIntegrations = 50
	nestedTeams        = 16
)

// BenchmarkNested compares `gijbulk audit` of the rules of integrations, twelve each, with a program that does nothing but decode the
// list of their nested repositories. Nothing differs, as on most nights.
func BenchmarkNested(b *testing.B) {
	const repositories = 100_000
	b.Run(fmt.Sprint(repositories, " nested repositories against 600 rules"), func(b *testing.B) {
		manifest := writeInput(b, "rules.yaml", writeRules)
		list := nestedList(repositories)
		file := writeInput(b, "repositories.json", func(name string) error { return os.WriteFile(name, list, 0o600) })
		server, err := sandbox.New(sandbox.Options{})
		if err != nil {
			b.Fatal(err)
		}
		url := listen(b, encodedAt(repositoryPath, list, encodedAt(addPath, integrationList(), server)))
		audit := program(b, "audit", manifest, "--jira", url, "--rate", "0", "--quiet", "--state", filepath.Join(b.TempDir(), "audit.db"))
		compare(b, repositories, "decoding-the-list", audit, baseline("repositories", file))
	})
}

const repositoryPath = "/rest/gitplugin/1.0/repository"

func writeRules(name string) error {
	var m strings.Builder
	m.WriteString("integrations:\n")
	for i := range nestedIntegrations {
		fmt.Fprintf(&m, "- type: GITHUB\n  displayName: Organization %d\n  global: true\n  nested:\n", i)
		for team := range 12 {
			fmt.Fprintf(&m, "  - {match: team-%d/*, projectMappingIds: [1000%d], smartCommitsEnabled: %v}\n", team, team%3, team%2 == 0)
		}
	}
	return os.WriteFile(name, []byte(m.String()), 0o600)
}

func integrationList() []byte {
	var elements []string
	for i := range nestedIntegrations {
		elements = append(elements, fmt.Sprintf(`{"id":%d,"integrationType":"GITHUB","displayName":"Organization %d","origin":"https://api.github.com",`+
			`"disabled":false,"global":true,"projectMappingIds":[],"initDate":1700000000000,"lastIndexedDate":1700000001000}`, i+1, i))
	}
	return []byte(`{"success":true,"integrations":[` + strings.Join(elements, ",") + `]}`)
}

// nestedList are nested repositories as the app shows them, as the rules of writeRules want them.
func nestedList(repositories int) []byte {
	elements := make([]string, repositories)
	for i := range elements {
		team := i / nestedIntegrations % nestedTeams
		elements[i] = fmt.Sprintf(`{"id":%[1]d,"displayName":"service-%[1]d","origin":"https://github.com/team-%[2]d/service-%[1]d.git","mainBranch":"main","root":"/var/jira/%[1]d_service-%[1]d",`+
			`"realRoot":"%[1]d_service-%[1]d","absoluteRoot":false,"disabled":false,"enableFetches":true,"sendCommitEmails":false,"maxMinsToCommitEmail":1440,"global":false,"hosted":false,`+
			`"initDate":%[3]d,"lastIndexedDate":%[3]d,"revisionIndexing":true,"gitViewerEnabled":true,"disableSslVerification":false,"smartCommitsEnabled":%[4]v,"projectMappingIds":[1000%[5]d],`+
			`"trackedFolderId":%[6]d,"integrationType":"GITHUB","state":"UPDATED","sourcesDiffViewEnabled":true,"refSpecNotes":true,"refSpecChanges":false,"trustFolderStat":false}`,
			1000+i, team, 1700000000000+i, team%2 == 0, team%3, i%nestedIntegrations+1)
	}
	return []byte(`{"success":true,"repositories":[` + strings.Join(elements, ",") + `]}`)
}

// nestedRow is what the bare reader binds a nested repository of the list to.
type nestedRow struct {
	ID                  int64   `json:"id"`
	TrackedFolderID     int64   `json:"trackedFolderId"`
	Origin              string  `json:"origin"`
	DisplayName         string  `json:"displayName"`
	Disabled            bool    `json:"disabled"`
	Global              bool    `json:"global"`
	SmartCommitsEnabled bool    `json:"smartCommitsEnabled"`
	ProjectMappingIDs   []int64 `json:"projectMappingIds"`
}

// bareRepositories decodes a list of repositories, and keeps it.
func bareRepositories(args []string) error {
	file, err := os.Open(args[0])
	if err != nil {
		return err
	}
	defer file.Close()
	var answer struct {
		Repositories []nestedRow `json:"repositories"`
	}
	if err := json.NewDecoder(bufio.NewReader(file)).Decode(&answer); err != nil {
		return err
	}
	if len(answer.Repositories) == 0 {
		return fmt.Errorf("%s lists none", args[0])
	}
	return nil
}
