// Package schema is the vocabulary of gijbulk: the values that every stage
// hands to the next, and the rules that judge them. It is pure: nothing here
// opens a file, a socket or a clock.
//
// Start with [Entry], a record as somebody wrote it, and [Checker.Check], which turns it
// into a [Record] and says everything that is wrong with it as [Finding] values.
// In the order of a run the nouns are:
//
//	Place, Cell, Entry       what stands in a manifest, and where
//	Kind, Type               what a record describes
//	Field, Value, Secret     what a cell may hold
//	Record, Key              a wanted or a live integration or repository, and its identity
//	Finding                  what a rule has to say, with a stable code
//	Change, Action, Plan     what is to be done about each record
//	Outcome, Run             what became of it
//	Conversion, Row          the records that another tool's listing became
//
// [ManifestSchema] and [ReportSchema] are the published JSON Schemas of what a person
// writes and what a program reads.
package schema
