package gij

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"gijbulk/schema"
)

// List gives every live record of these kinds, and of integrations where none is named,
// without secrets, which the server never shows. Repositories inside integrations are not
// among the repositories: they are a kind of their own. A list that cannot be read whole is an
// error.
//
// Expected are records that the server has or had, by id. What the list lacks of them is certainly
// no longer there: where the server still has one, the list is read again, and where it stays
// behind, that is an error of [schema.ClassNotDone].
//
// It also proves that we are an administrator, and so reads the integrations in any case:
// any user is given a list of repositories, and perhaps a part of it.
func (c *Client) List(ctx context.Context, expected map[int64]schema.Kind, kinds ...schema.Kind) ([]schema.Record, error) {
	records, nested, err := c.Read(ctx, expected, kinds...)
	if slices.Contains(kinds, schema.KindNested) {
		records = append(records, nested...)
	}
	return records, err
}

func (c *Client) read(ctx context.Context, kinds []schema.Kind) ([]schema.Record, []schema.Record, error) {
	records, err := c.integrations(ctx)
	plain := slices.Contains(kinds, schema.KindRepository)
	if err != nil || !plain && !slices.Contains(kinds, schema.KindNested) {
		return records, nil, err
	}
	repositories, nested, err := c.Repositories(ctx)
	if err != nil {
		return nil, nil, err
	}
	if !slices.Contains(kinds, schema.KindIntegration) {
		records = nil
	}
	if plain {
		records = append(records, repositories...)
	}
	return records, nested, nil
}

const hintVersion = "check whether this version of the app is supported"

func (c *Client) integrations(ctx context.Context) ([]schema.Record, error) {
	a := c.send(ctx, request{method: http.MethodGet, path: integrationPath, effect: reads, lists: schema.KindIntegration})
	switch {
	case a.failure != nil:
		return nil, a.failure
	case a.list.err != nil:
		return nil, c.stopUnexpected(a, "the list of integrations cannot be read whole", hintVersion, a.list.err)
	}
	return a.list.records, nil
}

// Repositories returns every plain repository, and those inside integrations. It proves
// nothing about whoever asks. They come in one answer too, and page by page only where the
// server does not know that call.
func (c *Client) Repositories(ctx context.Context) ([]schema.Record, []schema.Record, error) {
	a, err := c.getOptional(ctx, repositoryPath, schema.KindRepository)
	switch {
	case err != nil && a.status == http.StatusNotFound:
		return c.readPages(ctx)
	case err != nil:
		return nil, nil, err
	case a.list.err != nil:
		return nil, nil, c.stopUnexpected(a, textRepositories, hintVersion, a.list.err)
	}
	return a.list.records, a.list.nested, nil
}

const textRepositories = "the list of repositories cannot be read whole"

// getOptional makes a read of a call that a server may not know: its 404 ends nothing. Where it
// lists a kind, the answer has the list.
func (c *Client) getOptional(ctx context.Context, path string, lists schema.Kind) (answer, error) {
	a := c.send(ctx, request{method: http.MethodGet, path: path, effect: seeks, lists: lists})
	if a.failure != nil {
		return a, a.failure
	}
	return a, nil
}

func (c *Client) decodePages(a answer, items []json.RawMessage, err error) ([]schema.Record, []schema.Record, error) {
	if err == nil {
		b := listBuilder{kind: schema.KindRepository}
		for _, raw := range items {
			err = errors.Join(err, b.addNext(newDecoder(bytes.NewBuffer(raw))))
		}
		list := b.list()
		if err = cmp.Or(err, list.err); err == nil {
			return list.records, list.nested, nil
		}
	}
	return nil, nil, c.stopUnexpected(a, textRepositories, hintVersion, err)
}

const pageTries = 3

func (c *Client) readPages(ctx context.Context) ([]schema.Record, []schema.Record, error) {
	for range pageTries {
		a, b, err := c.readPagesOnce(ctx)
		switch {
		case a.failure != nil:
			return nil, nil, err
		case !errors.Is(err, errListChanged):
			return c.decodePages(a, b.items, err)
		}
	}
	return nil, nil, &Error{Class: schema.ClassNotDone, Method: http.MethodGet, Path: pagePath,
		Text: "the list of repositories changed each time while its pages were read", Need: "run the same command again when no one else changes it"}
}

func (c *Client) readPagesOnce(ctx context.Context) (a answer, b pageCollector, err error) {
	for whole := false; !whole; {
		if a, err = c.getOptional(ctx, fmt.Sprintf("%s?offset=%d&limit=%d", pagePath, b.nextOffset(), pageSize), ""); err != nil {
			if a.status == http.StatusNotFound {
				err = c.stopUnexpected(a, "this version of the app does not list repositories", hintVersion, nil)
			}
			return a, b, err
		}
		if whole, err = b.addPage(a.body); err != nil {
			return a, b, err
		}
	}
	return a, b, nil
}
