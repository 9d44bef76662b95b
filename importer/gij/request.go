package gij

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"gijbulk/schema"
)

// request is one call to make, as plain data.
type request struct {
	method string
	path   string // below the base URL, with its query
	body   []byte // JSON; nil for none
	effect effect
	lists  schema.Kind // what the answer is a list of; "" where it is none
}

func (r request) call() string {
	path, _, _ := strings.Cut(r.path, "?")
	return path
}

// effect is what a request does to the server. It alone, and not the method, decides what
// may be repeated.
type effect uint8

const (
	adds    effect = iota // one thing more each time: never sent again where it may have happened
	reads                 // nothing
	seeks                 // nothing; that the server does not know the call is an answer as well
	sets                  // the same values however often
	removes               // the same, however often; what is not there is as it was wanted
)

func (e effect) writes() bool { return e != reads && e != seeks }

func (e effect) isRepeatable() bool { return e != adds }

func requestsOf(a schema.Action) ([]request, error) {
	switch a.Op {
	case schema.OpCreate:
		r, err := addRequest(a.Want)
		return []request{r}, err
	case schema.OpUpdate:
		return updateRequests(a)
	case schema.OpDelete:
		r, err := deleteRequest(a.Have, a.Files)
		return []request{r}, err
	}
	return nil, fmt.Errorf("the operation %q cannot be sent", a.Op)
}

func addRequest(r schema.Record) (request, error) {
	if r.Kind() == schema.KindRepository {
		return addRepositoryRequest(r)
	}
	if r.Type() == "" {
		return request{}, errors.New("type: a create needs one")
	}
	body, err := encodeFields(r)
	return request{http.MethodPost, integrationPath, body, adds, ""}, err
}

// addRepositoryRequest always says where the clone lies: the vendor's table calls
// absoluteRoot required, though not its example, and false is what the app does by itself.
func addRepositoryRequest(r schema.Record) (request, error) {
	if r.Origin() == "" {
		return request{}, errors.New("origin: a create needs one")
	}
	if !r.Has(schema.FieldAbsoluteRoot) {
		r = r.Set(schema.FieldAbsoluteRoot, schema.Bool(false))
	}
	body, err := encodeFields(r)
	return request{http.MethodPost, repositoryPath, body, adds, ""}, err
}

// updateRequests sends the changed fields, and for a tracked folder its depth, which the vendor
// requires in each update. A change of disabled comes last and goes its own way: the vendor recommends
// its call over the field in an update.
func updateRequests(a schema.Action) ([]request, error) {
	have, changes := a.Have, a.Changes
	if have.ID <= 0 {
		return nil, fmt.Errorf("id: an update needs that of a live %s", have.Kind())
	}
	var fields schema.Record
	var switching []request
	for _, c := range changes {
		switch {
		case c.Field.Tool():
		case c.Field == schema.FieldType:
			return nil, errors.New("type: an update cannot change it")
		case !c.To.IsSet():
			return nil, fmt.Errorf("%s: an update needs a value for it", c.Field)
		case c.Field == schema.FieldDisabled:
			path := fmt.Sprintf("%s/%d/disable?disable=%t", repositoryPath, have.ID, c.To.Bool())
			switching = []request{{http.MethodPut, path, nil, sets, ""}}
		default:
			fields = fields.Set(c.Field, c.To)
		}
	}
	if len(fields.Fields()) == 0 {
		if switching == nil {
			return nil, errors.New("an update needs something to change")
		}
		return switching, nil
	}
	if depth := folderDepth(a); depth.IsSet() {
		fields = fields.Set(schema.FieldFolderDepth, depth)
	}
	update, err := updateRequestOf(have, fields)
	return append([]request{update}, switching...), err
}

// folderDepth is the depth of a tracked folder: as it is wanted, else as it is on the server. It is not
// set for other records, and where neither tells it.
func folderDepth(a schema.Action) schema.Value {
	switch {
	case a.Have.Type() != schema.TypeFilespace:
		return schema.Value{}
	case a.Want.Has(schema.FieldFolderDepth):
		return a.Want.Get(schema.FieldFolderDepth)
	}
	return a.Have.Get(schema.FieldFolderDepth)
}

// updateRequestOf names an integration in the path, and a repository in the body.
func updateRequestOf(have, fields schema.Record) (request, error) {
	body, err := encodeFields(fields)
	if err != nil || have.Kind() == schema.KindIntegration {
		return request{http.MethodPut, fmt.Sprintf("%s/%d", integrationPath, have.ID), body, sets, ""}, err
	}
	body = fmt.Appendf(nil, `{"id":%d,%s`, have.ID, body[1:])
	return request{http.MethodPut, repositoryPath, body, sets, ""}, nil
}

func deleteRequest(have schema.Record, files bool) (request, error) {
	if have.ID <= 0 {
		return request{}, fmt.Errorf("id: a delete needs that of a live %s", have.Kind())
	}
	path := fmt.Sprintf("%s/%d?deleteFiles=%t", integrationPath, have.ID, files)
	if have.Kind() == schema.KindRepository {
		path = fmt.Sprintf("%s?id=%d&deleteFiles=%t", repositoryPath, have.ID, files)
	}
	return request{http.MethodDelete, path, nil, removes, ""}, nil
}

// encodeFields makes the body of a write: every field of the record that the API knows, in
// the API's order. What the record leaves out is left out; what is there is sent, "" and
// false included. This is the one place that reads secrets.
func encodeFields(r schema.Record) ([]byte, error) {
	const usual = 512
	b := append(make([]byte, 0, usual), '{')
	for f, v := range r.All() {
		if f.Tool() {
			continue
		}
		if len(b) > 1 {
			b = append(b, ',')
		}
		b = append(append(append(b, '"'), f.String()...), '"', ':')
		var err error
		if b, err = appendValue(b, v); err != nil {
			return nil, fmt.Errorf("%s: %w", f, err)
		}
	}
	return append(b, '}'), nil
}

// appendValue writes a value as it is sent. JSON holds text, not bytes: what is not UTF-8
// would arrive as something else, and for a secret nobody would ever see why it is wrong.
func appendValue(b []byte, v schema.Value) ([]byte, error) {
	text := v.Text()
	if secret, ok := v.Secret(); ok {
		if !secret.Known() {
			return nil, fmt.Errorf("the secret %s is not resolved", secret.Reference())
		}
		text = secret.Reveal()
	} else if !v.IsText() {
		return appendPlain(b, v)
	}
	b, err := jsontext.AppendQuote(b, text)
	if err != nil {
		return nil, errors.New("the value is not valid UTF-8; store it as UTF-8")
	}
	return b, nil
}

func appendPlain(b []byte, v schema.Value) ([]byte, error) {
	switch x := v.Plain().(type) {
	case bool:
		return strconv.AppendBool(b, x), nil
	case int64:
		return strconv.AppendInt(b, x, 10), nil
	case []int64:
		return append(append(append(b, '['), v.String()...), ']'), nil
	default:
		return nil, fmt.Errorf("a value of this type (%T) cannot be sent", x)
	}
}
