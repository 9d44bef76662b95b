package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	cyclonedx "github.com/CycloneDX/cyclonedx-go"
	"github.com/google/uuid"
)

// writeSBOM lists the modules that are in the programs, in CycloneDX, and gives the file's name.
func writeSBOM(dir string, made origin, programs []program) (string, error) {
	bom := cyclonedx.NewBOM()
	bom.SerialNumber = uuid.NewSHA1(uuid.NameSpaceOID, []byte("gijbulk "+made.version+" "+made.date.UTC().String())).URN()
	bom.Metadata = &cyclonedx.Metadata{Timestamp: made.date.UTC().Format(time.RFC3339), Component: &cyclonedx.Component{
		BOMRef: "gijbulk", Type: cyclonedx.ComponentTypeApplication, Name: "gijbulk", Version: made.version,
		Licenses: &cyclonedx.Licenses{{License: &cyclonedx.License{ID: "Apache-2.0"}}}}}
	var modules []module
	for _, p := range programs {
		modules = append(modules, p.modules...)
	}
	slices.SortFunc(modules, func(a, b module) int { return strings.Compare(a.path+"@"+a.version, b.path+"@"+b.version) })
	var components []cyclonedx.Component
	var needed []string
	for _, m := range slices.CompactFunc(modules, func(a, b module) bool { return a.path == b.path && a.version == b.version }) {
		url := "pkg:golang/" + strings.ToLower(m.path) + "@" + m.version
		if m.path == "Go" {
			url = "pkg:golang/std@" + strings.TrimPrefix(m.version, "go")
		}
		components = append(components, cyclonedx.Component{BOMRef: url, Type: cyclonedx.ComponentTypeLibrary, Name: m.path, Version: m.version, PackageURL: url})
		needed = append(needed, url)
	}
	bom.Components, bom.Dependencies = &components, &[]cyclonedx.Dependency{{Ref: "gijbulk", Dependencies: &needed}}
	var out bytes.Buffer
	if err := cyclonedx.NewBOMEncoder(&out, cyclonedx.BOMFileFormatJSON).SetPretty(true).EncodeVersion(bom, cyclonedx.SpecVersion1_6); err != nil {
		return "", err
	}
	name := fmt.Sprintf("gijbulk_%s_sbom.cdx.json", made.version)
	return name, os.WriteFile(filepath.Join(dir, name), out.Bytes(), 0o644)
}
