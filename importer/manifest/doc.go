// Package manifest reads manifests into entries and writes records as manifests: CSV,
// TSV, YAML, JSON and JSON Lines.
//
// Start with [Read], which yields the entries of one file in order; [Map] is Read with a
// function that runs on all cores for each entry. [Write] is the reverse: a manifest that it
// wrote reads back equal. Read works in these steps:
//
//	text     decode the file to checked UTF-8, whatever its encoding (package document)
//	Format   find the format by flag, extension or content
//	table    CSV and TSV: find the delimiter, check the header, read rows (bound by gocsv)
//	lines    JSON Lines: parse each line to a node
//	node     YAML and JSON: parse the file to a tree of nodes (package document)
//	walk     turn nodes into entries, the same for YAML, JSON and JSON Lines
//
// An Entry is one record as written, with its position and errors; a [Problem] is an error of
// the file itself. Nothing here gives a cell its type: a value stays as it was written, and
// package schema decides what it means.
package manifest
