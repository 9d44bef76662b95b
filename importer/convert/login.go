package convert

import (
	"gijbulk/importer/credential"
	"gijbulk/schema"
)

// Login is what records log in with, in place of references to fill in. The zero Login is none.
type Login struct {
	User   string // "": Secret is a token
	Secret string // a reference
}

// Cells are the credentials of a record of a type, or of a plain repository where it is "". The user
// name is left out where the type takes only a token, and blank where it takes a user and there is none.
func (l Login) Cells(t schema.Type) []schema.Cell {
	var cells []schema.Cell
	for _, f := range (credential.Seen{Kind: t, User: l.User, Token: l.User == ""}).Fields() {
		c := TextCell(f, l.Secret)
		if f == schema.FieldUsername {
			c = TextCell(f, l.User)
		}
		c.Given = true
		cells = append(cells, c)
	}
	return cells
}

// logins are the credentials of a record: those of all records, else references to fill in.
func (o *Options) logins(t schema.Type, fields []schema.Field, reference func(schema.Field) string) []schema.Cell {
	if o.Login != (Login{}) {
		return o.Login.Cells(t)
	}
	var cells []schema.Cell
	for _, f := range fields {
		cells = append(cells, TextCell(f, reference(f)))
	}
	return cells
}
