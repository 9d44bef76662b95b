package engine

import (
	"testing"

	"gijbulk/schema"
)

// TestManagersLimit: an update that is refused and sets projects that the server does not show has
// the advice for managers; others keep theirs.
func TestManagersLimit(t *testing.T) {
	hidden := schema.Change{Field: schema.FieldGlobal, To: schema.Bool(true), Unseen: true}
	shown := schema.Change{Field: schema.FieldGlobal, From: schema.Bool(false), To: schema.Bool(true)}
	for _, tt := range []struct {
		change schema.Change
		class  schema.Class
		want   bool
	}{{hidden, schema.ClassRefused, true}, {hidden, schema.ClassDone, false}, {shown, schema.ClassRefused, false}} {
		o := adviseManager(schema.Action{Op: schema.OpUpdate, Changes: []schema.Change{tt.change}}, schema.Outcome{Class: tt.class, Advice: "the server's"})
		if got := o.Advice != "the server's"; got != tt.want {
			t.Errorf("%+v: %s", tt, o.Advice)
		}
	}
}
