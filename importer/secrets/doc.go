// Package secrets turns the references of a manifest (env:NAME, file:PATH,
// keyring:SERVICE/USER, cmd:COMMAND LINE) into values.
//
// Start with [Resolver.Resolve]: records go in, and come back with the values inside
// their secrets, where only the client's encoder can reach them. A reference is looked
// up once however many records use it, and one that fails is a finding for each of
// them. No message holds a value.
//
// The nouns in flow order are: a schema.Record with its references; a source, one
// distinct reference; its lookupResult, a value or a failure; the findings.
package secrets
