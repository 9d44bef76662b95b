package gij

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"gijbulk/schema"
)

func TestDecodeRecord(t *testing.T) {
	const live = `{"id":"12","integrationType":"GITLAB_SERVER","type":"ignored","origin":"https://git.example.org","displayName":null,
		"disabled":false,"sendCommitEmails":"true","maxMinsToCommitEmail":1440,"folderDepth":"2","username":"bot","password":"canary","pat":"canary",
		"global":0,"projectMappingIds":[10000,"10001"],"gitViewerEnabled":true,"tagsFilter":7,"awsRegion":"","kind":"x","wave":3,
		"initDate":1700000000000,"showAllTags":true,"newField":{"a":[1]},"realRoot":"/srv/git","absoluteRoot":true}`
	got, err := decodeRecord(schema.KindIntegration, []byte(live))
	if err != nil {
		t.Fatal(err)
	}
	want := schema.NewRecord(map[schema.Field]schema.Value{
		schema.FieldType:                 schema.Text("GITLAB_SERVER"),
		schema.FieldOrigin:               schema.Text("https://git.example.org"),
		schema.FieldDisabled:             schema.Bool(false),
		schema.FieldMaxMinsToCommitEmail: schema.Int(1440),
		schema.FieldUsername:             schema.Text("bot"),
		schema.FieldProjectMappingIDs:    schema.IDs(10000, 10001),
		schema.FieldGitViewerEnabled:     schema.Bool(true),
		schema.FieldAwsRegion:            schema.Text(""),
		schema.FieldFolderDepth:          schema.Int(2),
	})
	if got.ID != 12 {
		t.Errorf("id %d", got.ID)
	}
	for _, f := range schema.Fields() {
		if !got.Get(f).Equal(want.Get(f)) {
			t.Errorf("%s: got %q (set: %v), want %q", f, got.Get(f), got.Has(f), want.Get(f))
		}
	}
}

func TestDecodeRepository(t *testing.T) {
	const live = `{"id":3,"origin":"https://git@git.example.org/ops/tools.git","mainBranch":"trunk","root":"/x/3_tools","realRoot":"3_tools",
		"absoluteRoot":false,"enableFetches":"yes","webLinkType":null,"requireUserPat":false,"apiPath":"/x","folderDepth":2,"hosted":false,
		"password":"canary","kind":"integration","trackedFolderId":0,"integrationType":"","supportsBranchCreationApi":true,"projectMappingIds":[]}`
	got, err := decodeRecord(schema.KindRepository, []byte(live))
	if err != nil {
		t.Fatal(err)
	}
	want := schema.NewRecord(map[schema.Field]schema.Value{
		schema.FieldKind:              schema.Text("repository"),
		schema.FieldOrigin:            schema.Text("https://git@git.example.org/ops/tools.git"),
		schema.FieldMainBranch:        schema.Text("trunk"),
		schema.FieldRealRoot:          schema.Text("3_tools"),
		schema.FieldAbsoluteRoot:      schema.Bool(false),
		schema.FieldProjectMappingIDs: schema.IDs(),
	})
	if got.ID != 3 || got.Key() != (schema.Key{Kind: schema.KindRepository, Origin: "https://git.example.org/ops/tools.git"}) {
		t.Errorf("id %d, identity %v", got.ID, got.Key())
	}
	for _, f := range schema.Fields() {
		if !got.Get(f).Equal(want.Get(f)) {
			t.Errorf("%s: got %q (set: %v), want %q", f, got.Get(f), got.Has(f), want.Get(f))
		}
	}
	for _, bad := range []string{`{"id":3}`, `{"id":3,"origin":null}`, `{"id":3,"origin":""}`, `{"id":3,"origin":["x"]}`, `{"origin":"x"}`, `null`, `[]`} {
		if _, err := decodeRecord(schema.KindRepository, []byte(bad)); err == nil {
			t.Errorf("%s: no error", bad)
		}
	}
}

func TestDecodeList(t *testing.T) {
	one := `{"id":1,"type":"GITHUB"}`
	for _, tt := range []struct {
		name, body string
		want       int // records; -1: an error
	}{
		{"list", `{"success":true,"integrations":[` + one + `,` + strings.Replace(one, "1", "2", 1) + `]}`, 2},
		{"empty list", emptyList, 0},
		{"list by its other name", `{"success":"true","integration":[` + one + `]}`, 1},
		{"bare object", `{"success":true,"integration":` + one + `}`, 1},
		{"no list", `{"success":true}`, -1},
		{"null list", `{"success":true,"integrations":null}`, -1},
		{"a text", `{"success":true,"integrations":"none"}`, -1},
		{"an element without id", `{"success":true,"integrations":[{"type":"GITHUB"}]}`, -1},
		{"an element with id 0", `{"success":true,"integrations":[{"id":0,"type":"GITHUB"}]}`, -1},
		{"an element without type", `{"success":true,"integrations":[{"id":5}]}`, -1},
		{"a null element", `{"success":true,"integrations":[null]}`, -1},
		{"a fractional id", `{"success":true,"integrations":[{"id":1.5,"type":"GITHUB"}]}`, -1},
		{"not JSON", `{"success":true,`, -1},
	} {
		records, err := decodeList(schema.KindIntegration, []byte(tt.body))
		if tt.want < 0 && err == nil {
			t.Errorf("%s: no error", tt.name)
		}
		if tt.want >= 0 && (err != nil || len(records) != tt.want) {
			t.Errorf("%s: %d records, %v", tt.name, len(records), err)
		}
	}
}

// decodeList decodes an answer that lists a kind as a request for it would.
func decodeList(kind schema.Kind, body []byte) ([]schema.Record, error) {
	_, list, err := readList(bytes.NewReader(body), kind)
	return list.records, cmp.Or(err, list.err)
}

// TestReadList: what is left of a list for the judge says what the whole did.
func TestReadList(t *testing.T) {
	broken := errors.New("broken")
	one := `{"id":1,"type":"GITHUB"}`
	for _, tt := range []struct {
		name, body, rest string
		records          int
		ends             error
	}{
		{"a list", ` {"success":true,"integrations":[` + one + `],"total":1}`, `{"success":true,"integrations":[],"total":1}`, 1, nil},
		{"a refusal", `{"success":false,"error":"e"}`, `{"success":false,"error":"e"}`, 0, nil},
		{"a list of something else", `{"success":true,"repositories":[` + one + `]}`, `{"success":true,"repositories":[` + one + `]}`, 0, nil},
		{"the last of two", `{"integrations":[` + one + `],"Integrations":[]}`, `{"integrations":[],"Integrations":[]}`, 0, nil},
		{"cut in a record", `{"success":true,"integrations":[{"id":1,`, `{"success":true,"integrations":[]`, 0, nil},
		{"more behind it", `{"success":true,"integrations":[` + one + `]}}`, `{"success":true,"integrations":[]`, 0, nil},
		{"cut off", `{"success":true,"integrations":[` + one + `,`, `{"success":true,"integrations":[]`, 0, broken},
		{"a page", "\n<html>", "<html>", 0, nil},
	} {
		body := io.MultiReader(strings.NewReader(tt.body), iotest.ErrReader(cmp.Or(tt.ends, io.EOF)))
		rest, list, err := readList(body, schema.KindIntegration)
		if string(rest) != tt.rest || len(list.records) != tt.records || err != tt.ends {
			t.Errorf("%s: %s, %d records, %v", tt.name, rest, len(list.records), err)
		}
	}
}

func TestDecodeAdded(t *testing.T) {
	for body, want := range map[string]int64{
		added: 7,
		`{"success":true,"integration":{"initDate":1700000000000,"id":12}}`: 12,
		`{"initDate":"1700000000000","id":13,"origin":"x"}`:                 13,
		`{"success":true,"integration":[{"id":"8"}]}`:                       8,
		`{"success":true,"integrations":[{"id":9}]}`:                        9,
		`{"id":10,"origin":"x"}`:                                            10,
		`{"success":true,"repository":{"id":11},"id":1}`:                    11,
		`{"success":true,"integration":{"id":null}}`:                        0,
		`{"success":true,"integration":{}}`:                                 0,
		`{"success":true,"integration":[]}`:                                 0,
		`{"success":true,"integration":[{"id":1},{"id":2}]}`:                0,
		`{"success":true}`:                                                  0,
		`{"success":true,"integration":{"id":-4}}`:                          0,
		`{"success":true,"integration":{"id":"x"}}`:                         0,
		`{"success":true,"integration":{"id":99999999999999999999}}`:        0,
	} {
		r, _ := parseReply([]byte(body))
		got, initDate, err := r.addedID()
		if got != want || (err == nil) != (want != 0) || (initDate == 1700000000000) != strings.Contains(body, "initDate") {
			t.Errorf("%s: id %d, initDate %d, %v", body, got, initDate, err)
		}
	}
}

// FuzzAnswer: whatever a server says, it is judged and decoded without a panic; what is
// decoded is usable, and made into an answer again reads back the same.
func FuzzAnswer(f *testing.F) {
	for _, seed := range []string{added, emptyList, `{"success":false,"error":"e","advice":"a"}`, "<title>x</title>", `[{}]`, "",
		`{"success":true,"integrations":[{"id":"3","integrationType":"AWS","awsRegion":"eu-west-1","projectMappingIds":[1,"2"],"pat":"p"}]}`,
		`{"success":true,"total":2,"repositories":[{"id":4,"origin":"git@h:p","realRoot":"4_p"},{"id":"5","trackedFolderId":3}]}`, `{"id":6,"origin":"/srv/x"}`} {
		f.Add(200, []byte(seed), "5")
	}
	f.Fuzz(func(t *testing.T, status int, body []byte, header string) {
		for _, method := range []string{"GET", "POST", "PUT", "DELETE"} {
			a := answered(method, integrationPath, status, string(body), "Retry-After", header, "Location", header, deniedReason, header)
			if e := judge(a); e != nil && strings.ContainsAny(e.Error(), "\r\n\x00\x1b") {
				t.Errorf("control characters in %q", e.Error())
			}
		}
		_, _ = new(pageCollector).addPage(body)
		whole, wrong := parseReply(body)
		_, _, _ = whole.addedID()
		rest, _, err := readList(bytes.NewReader(body), schema.KindIntegration)
		if err != nil {
			t.Fatal(err)
		}
		frame, wrongRest := parseReply(rest)
		ok, said := whole.success()
		if okRest, saidRest := frame.success(); wrong == nil && (ok != okRest || said != saidRest) || (wrong == nil) != (wrongRest == nil) {
			t.Errorf("%q (%v) is judged by %q (%v)", body, wrong, rest, wrongRest)
		}
		records, _ := decodeList(schema.KindIntegration, body)
		repositories, _ := decodeList(schema.KindRepository, body)
		records = append(records, repositories...)
		for _, r := range records {
			identified := r.Type() != "" || r.Kind() == schema.KindRepository && r.Origin() != ""
			if r.ID <= 0 || !identified || r.Has(schema.FieldPat) || r.Has(schema.FieldPassword) {
				t.Fatalf("unusable record %v", r)
			}
			again, err := decodeRecord(r.Kind(), asAnswer(t, r))
			if err != nil {
				t.Fatal(err)
			}
			for _, field := range schema.Fields() {
				if !again.Get(field).Equal(r.Get(field)) {
					t.Errorf("%s: %q reads back as %q", field, r.Get(field), again.Get(field))
				}
			}
		}
	})
}

func asAnswer(t *testing.T, r schema.Record) []byte {
	m := map[string]any{"id": r.ID}
	for _, f := range r.Fields() {
		m[f.String()] = r.Get(f).Plain()
	}
	data, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
