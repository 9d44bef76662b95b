package reports

import (
	"bufio"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"html/template"
	"io"
	"strings"
)

// pageFiles are what the page is made of. The scripts follow each other in one element.
//
//go:embed page
var pageFiles embed.FS

var pageScripts = []string{"grid.js", "cells.js", "records.js", "findings.js", "listings.js", "main.js"}

// pageTemplate has two halves, "head" and "tail": the data is between them, and is
// streamed.
var pageTemplate = template.Must(template.New("").Funcs(template.FuncMap{"grouped": withSeparators, "plural": plural, "change": changeText}).
	ParseFS(pageFiles, "page/*.html"))

// writeHTML writes one self-contained file: no network, no other file.
// What it shows is escaped by html/template, or is data that its script puts into the
// page as text.
func writeHTML(w io.Writer, d reportData) error {
	look, err := newLook()
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(w, 1<<16)
	c := totalsOf(d)
	page := newPage(d, c)
	page.look = look
	if err := pageTemplate.ExecuteTemplate(out, "head", &page); err != nil {
		return err
	}
	_, _ = out.WriteString(`<script type="application/json" id="data">`)
	if err := writePageData(out, d, c); err != nil {
		return err
	}
	_, _ = out.WriteString("</script>\n")
	if err := pageTemplate.ExecuteTemplate(out, "tail", &page); err != nil {
		return err
	}
	return out.Flush()
}

// look is the page's own style and script, and the policy that lets nothing else in.
type look struct {
	Style  template.CSS
	Script template.JS
	Policy string
}

func newLook() (look, error) {
	style, err := pageFiles.ReadFile("page/style.css")
	if err != nil {
		return look{}, err
	}
	var script strings.Builder
	for _, name := range pageScripts {
		part, err := pageFiles.ReadFile("page/" + name)
		if err != nil {
			return look{}, err
		}
		script.Write(part)
	}
	// No connection of any kind can leave the page; the icon is a data URL of its own.
	policy := "default-src 'none'; img-src data:; style-src '" + cspHash(string(style)) + "'; script-src '" + cspHash(script.String()) +
		"'; base-uri 'none'; form-action 'none'"
	return look{template.CSS(style), template.JS(script.String()), policy}, nil
}

func cspHash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}
