package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/spdx/tools-golang/json"
	"github.com/spdx/tools-golang/spdx"
	"github.com/spdx/tools-golang/spdx/v2/common"
)

const unasserted = "NOASSERTION" // what SPDX has for facts that were not looked up

// writeSBOM lists the modules that are in the programs, in SPDX, and gives the file's name.
func writeSBOM(dir string, made origin, programs []program) (string, error) {
	id := uuid.NewSHA1(uuid.NameSpaceOID, []byte("gijbulk "+made.version+" "+made.date.UTC().String()))
	doc := &spdx.Document{SPDXVersion: spdx.Version, DataLicense: spdx.DataLicense, SPDXIdentifier: "DOCUMENT", DocumentName: "gijbulk-" + made.version,
		DocumentNamespace: fmt.Sprintf("https://spdx.org/spdxdocs/gijbulk-%s-%s", made.version, id),
		CreationInfo:      &spdx.CreationInfo{Creators: []common.Creator{{CreatorType: "Tool", Creator: "gijdist"}}, Created: made.date.UTC().Format(time.RFC3339)}}
	product := spdxPackage("gijbulk", "gijbulk", made.version)
	product.PackageLicenseDeclared = "Apache-2.0"
	doc.Packages = []*spdx.Package{product}
	doc.Relationships = []*spdx.Relationship{related(doc.SPDXIdentifier, common.TypeRelationshipDescribe, product)}
	for i, m := range modulesIn(programs) {
		p := spdxPackage(fmt.Sprint("module-", i+1), m.path, m.version)
		p.PackageExternalReferences = []*spdx.PackageExternalReference{{Category: common.CategoryPackageManager, RefType: common.TypePackageManagerPURL, Locator: m.purl()}}
		doc.Packages = append(doc.Packages, p)
		doc.Relationships = append(doc.Relationships, related(product.PackageSPDXIdentifier, common.TypeRelationshipDependsOn, p))
	}
	var out bytes.Buffer
	if err := json.Write(doc, &out, json.Indent("  ")); err != nil {
		return "", err
	}
	name := fmt.Sprintf("gijbulk_%s.spdx.json", packageVersion(made.version))
	return name, os.WriteFile(filepath.Join(dir, name), out.Bytes(), 0o644)
}

func modulesIn(programs []program) []module {
	var modules []module
	for _, p := range programs {
		modules = append(modules, p.modules...)
	}
	slices.SortFunc(modules, func(a, b module) int { return strings.Compare(a.path+"@"+a.version, b.path+"@"+b.version) })
	return slices.CompactFunc(modules, func(a, b module) bool { return a.path == b.path && a.version == b.version })
}

// purl is the module's package URL (https://github.com/package-url/purl-spec).
func (m module) purl() string {
	if m.path == "Go" {
		return "pkg:golang/std@" + strings.TrimPrefix(m.version, "go")
	}
	return "pkg:golang/" + strings.ToLower(m.path) + "@" + m.version
}

func spdxPackage(id, name, version string) *spdx.Package {
	return &spdx.Package{PackageSPDXIdentifier: common.ElementID(id), PackageName: name, PackageVersion: version, PackageDownloadLocation: unasserted,
		IsFilesAnalyzedTagPresent: true, PackageLicenseConcluded: unasserted, PackageLicenseDeclared: unasserted, PackageCopyrightText: unasserted}
}

func related(from common.ElementID, how string, to *spdx.Package) *spdx.Relationship {
	return &spdx.Relationship{RefA: common.DocElementID{ElementRefID: from}, RefB: common.DocElementID{ElementRefID: to.PackageSPDXIdentifier}, Relationship: how}
}
