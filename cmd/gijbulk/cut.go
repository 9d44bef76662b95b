package main

import (
	"context"
	"io"
	"net/http"
)

// cutBy cuts off requests that are on the wire when hard ends: a second signal does
// not wait for their answers.
func cutBy(hard context.Context, base http.RoundTripper) http.RoundTripper {
	return cutter{hard, base}
}

type cutter struct {
	hard context.Context
	base http.RoundTripper
}

func (c cutter) RoundTrip(request *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(request.Context())
	stop := context.AfterFunc(c.hard, func() { cancel(context.Cause(c.hard)) })
	response, err := c.base.RoundTrip(request.WithContext(ctx))
	if err != nil {
		stop()
		cancel(nil)
		return nil, err
	}
	response.Body = &cutBody{ReadCloser: response.Body, release: func() { stop(); cancel(nil) }}
	return response, nil
}

// cutBody keeps the request's context alive until its answer has been read.
type cutBody struct {
	io.ReadCloser
	release func()
}

func (b *cutBody) Close() error {
	err := b.ReadCloser.Close()
	b.release()
	return err
}
