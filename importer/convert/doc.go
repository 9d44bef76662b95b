// Package convert turns the listings of other tools into the entries of a manifest.
//
// Start with [Tools.Read]: texts of listings go in, entries and an account of every row of
// the input come out. In the order of a conversion the nouns are:
//
//	Input    one listing as text
//	Tool     recognizes and reads the listings of one program; package tools has them all
//	Listing  an input while its tool reads it, with the readers of JSON, YAML and tables
//	Row      one repository of a listing, in terms that all listings share
//	Service  a kind of host that the app has an integration type for, or none
//	group    the rows of one organization of one host, which become an integration
//	Entry    a record of the manifest, with its source
//
// Everything here is a function of its input: no file is opened, and the same listing
// gives the same entries. Credentials in a listing (in a URL, a command, a column) are
// never copied; where one is needed, the record has a reference to fill in.
package convert
