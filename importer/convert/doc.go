// Package convert turns the listings of other tools into the entries of a manifest.
//
// Start with [Read]: texts of listings go in, entries and an account of every row of the
// input come out. [Tools] lists what can be read. In the order of a conversion the nouns
// are:
//
//	Input    one listing as text
//	tool     what can be read: gh, gitlab, csv, …; a file each
//	row      one repository of a listing, in terms that all listings share
//	service  a kind of host that the app has an integration type for, or none
//	group    the rows of one organisation of one host, which become an integration
//	Entry    a record of the manifest, with where it came from
//	Report   what became of each row, and what is left to do
//
// Everything here is a function of its input: no file is opened, and the same listing
// gives the same entries. Credentials in a listing (in a URL, a command, a column) are
// never copied; a reference to fill in stands where one is needed.
package convert
