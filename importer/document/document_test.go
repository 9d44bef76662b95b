package document

import "testing"

func TestYAMLParserPanics(t *testing.T) {
	err := guarded(func() error { panic("deep inside") })
	if err == nil {
		t.Fatal("a panic of the parser is no error")
	}
	if f := syntaxError(err, &lineFeed{taken: 7}); f.Line != 7 || f.Message != "this is not YAML, here or on the line before" {
		t.Errorf("it is told as %+v", f)
	}
}
