package manifest

import (
	"strings"
	"testing"
)

func TestJSON(t *testing.T) {
	tell(t, []story{
		{"a manifest", "", JSON, "{\"version\": 1,\n \"integrations\": [\n  {\"type\": \"GITHUB\", \"displayName\": \"\",\n   \"disabled\": false, \"wave\": 1.50e2}],\n \"defaults\": {\"wave\": 2, \"apiPath\": null}}\n",
			[]string{`#1 3:3 type@3:12=s"GITHUB" displayName@3:37=s"" disabled@4:16=bfalse wave@4:31=n1.50e2 apiPath@5:37=null(given)`}},
		{"a bare list", "", JSON, `[{"type":"A"}, {"type":"B"}]`, []string{`#1 1:2 type@1:10=s"A"`, `#2 1:16 type@1:24=s"B"`}},
		{"documents in a row", "", JSON, `{"type":"A"}[{"type":"B"}]` + "\n" + `{"integrations":[{"type":"C"}]} null`,
			[]string{`#1 1:1 type@1:9=s"A"`, `#2 1:14 type@1:22=s"B"`, `#3 2:18 type@2:26=s"C"`}},
		{"what the YAML parser refuses", "", JSON, `[{"displayName":"\ud83d\ude00 \/ ü"}]`, []string{`#1 1:2 displayName@1:17=s"😀 / ü"`}},
		{"lists and objects", "", JSON, `[{"projects":["A",1,true,null,["x"],{"a":1}],"type":{"a":[1]}}]`,
			[]string{`#1 1:2 projects@1:14=[s"A" n1 btrue null [] {}] type@1:53={}`}},
		{"columns are bytes", "", JSON, `[{"displayName":"Zürich","type":"A"}]`, []string{`#1 1:2 displayName@1:17=s"Zürich" type@1:34=s"A"`}},
		{"keys twice and unknown", "", JSON, "[{\"type\":\"A\",\n\"orign\":\"x\",\"type\":\"B\",\"_note\":1}]", []string{
			`#1 1:2 type@1:10=s"A"`,
			`  of #1 2:13 duplicate-field type: the field is here and on line 1, column 3`,
			`  of #1 2:1 unknown-field orign: there is no such field; did you mean origin?`,
		}},
		{"half a surrogate pair", "", JSON, `[{"displayName":"\ud83d x","origin":"\ufffd","apiPath":"�"}]`, []string{
			`#1 1:2 origin@1:37=s"�" apiPath@1:56=s"�"`,
			`  of #1 1:17 bad-encoding displayName: the text contains half of a \u pair`,
		}},
		{"not a record", "", JSON, `{"integrations":["GITHUB"],"version":"2"}`, []string{`1:38 unknown-version version: unsupported manifest version "2"; this gijbulk reads version 1`}},
		{"an answer of the server", "", JSON, `{"success":true,"integrations":[{"type":"A"}]}`, []string{
			`1:2 unknown-field success: there is no such key of a manifest`, `#1 1:33 type@1:41=s"A"`}},
		{"a text", "", JSON, `"hello"`, []string{`1:1 not-a-record : expected a manifest, found a single value`}},
	})
}

func TestJSONSyntax(t *testing.T) {
	tell(t, []story{
		{"a comma too much", "", JSON, "[{\"type\": \"A\",\n}]", []string{`2:1 syntax : a comma stands before the closing bracket`}},
		{"a comma too much in a list", "", JSON, "[{\"type\": \"A\"},\n]", []string{`2:1 syntax : a comma stands before the closing bracket`}},
		{"no comma", "", JSON, "[{\"type\": \"A\"\n \"origin\": \"x\"}]", []string{`2:2 syntax : this is not JSON from here on`}},
		{"a bare word", "", JSON, `[{"pat": s3cret}]`, []string{`1:10 syntax : this is not JSON from here on`}},
		{"a broken escape", "", JSON, `[{"pat": "s3\cret"}]`, []string{`1:10 syntax : this is not JSON from here on`}},
		{"a key that is none", "", JSON, `[{1: 2}]`, []string{`1:3 syntax : this is not JSON from here on`}},
		{"cut in a list", "", JSON, "[{\"type\": \"A\"},\n", []string{`2:1 truncated : the text ends in the middle of a value`}},
		{"cut in a text", "", JSON, `[{"type": "A`, []string{`1:13 truncated : the text ends in the middle of a value`}},
		{"cut after a key", "", JSON, `{"integrations":`, []string{`1:17 truncated : the text ends in the middle of a value`}},
		{"a bracket too much", "", JSON, `[{"type":"A"}]]`, []string{`#1 1:2 type@1:10=s"A"`, `1:15 syntax : this is not JSON from here on`}},
		{"a comma between documents", "", JSON, `{"type":"A"},{"type":"B"}`, []string{`#1 1:1 type@1:9=s"A"`, `1:13 syntax : this is not JSON from here on`}},
		{"nested too deeply", "", JSON, strings.Repeat("[", 1<<20), []string{`1:1001 syntax : the text is nested too deeply`}},
	})
}

func TestJSONLines(t *testing.T) {
	tell(t, []story{
		{"one record a line", "", JSONL, "{\"type\":\"A\"}\r\n\n  {\"type\": \"B\", \"wave\": 1}\n{\"type\":\"C\"}",
			[]string{`#1 1:1 type@1:9=s"A"`, `#2 3:3 type@3:12=s"B" wave@3:25=n1`, `#3 4:1 type@4:9=s"C"`}},
		{"a bad line spoils its record", "", JSONL, "{\"type\":\"A\"\n{\"type\":\"B\"} x\n{\"type\":s3cret}\n[1]\n{\"type\":\"C\",\"typ\":1}\n", []string{
			`#1 1:0`, `  of #1 1:12 syntax : the record does not end on its line`,
			`#2 2:0`, `  of #2 2:14 syntax : the line goes on after its record`,
			`#3 3:0`, `  of #3 3:9 syntax : this is not JSON from here on`,
			`#4 4:1`, `  of #4 4:1 not-a-record : expected a record, found a list`,
			`#5 5:1 type@5:9=s"C"`, `  of #5 5:13 unknown-field typ: there is no such field; did you mean type?`,
		}},
		{"a stray comma", "", JSONL, "{\"type\":\"A\"},\n,\n", []string{
			`#1 1:0`, `  of #1 1:13 syntax : the line goes on after its record`,
			`#2 2:0`, `  of #2 2:1 syntax : this is not JSON from here on`,
		}},
		{"cut off", "", JSONL, "{\"type\":\"A\"}\n{\"type\":\"B", []string{
			`#1 1:1 type@1:9=s"A"`, `2:11 truncated : the text ends in the middle of a value`}},
		{"a line that is too long", "", JSONL, "{\"type\":\"" + strings.Repeat("x", largestRow) + "\"}\n{\"type\":\"B\"}\n", []string{
			`#1 1:0`, `  of #1 1:0 cell-too-large : the line is larger than 4 MiB`, `#2 2:1 type@2:9=s"B"`}},
		{"not UTF-8", "", JSONL, "{\"type\":\"A\"}\n{\"type\":\"\xfc\"}\n", []string{
			`#1 1:1 type@1:9=s"A"`, `2:0 bad-encoding : the text is not UTF-8 from here on`}},
	})
}
