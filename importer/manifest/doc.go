// Package manifest reads manifests into entries and writes records as manifests: CSV,
// TSV, YAML, JSON and JSON Lines.
//
// Start with [Read], which yields the entries of one file in their order, and [Write],
// its reverse: what is written reads back equal. Reading goes through these nouns:
//
//	text     the file as checked UTF-8, whatever its encoding (package document)
//	Format   by flag, extension or content
//	table    CSV and TSV: delimiter, header, rows (bound by gocsv)
//	Node     YAML and JSON: one neutral tree (package document), walked into entries
//	Entry    one record as written, with its place and what is wrong with it
//	Problem  what is wrong with the file itself
//
// Nothing here gives a cell its type: a value stays as it was written, and package
// schema decides what it means.
package manifest
