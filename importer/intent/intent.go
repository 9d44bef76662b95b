// Package intent lets a client say that a request of a write leaves now, to whoever has
// recorded the intent to send it.
package intent

import "context"

type key struct{}

// NewContext returns a context whose writes call renew right before each of their requests
// leaves. Where it fails, the request must not leave.
func NewContext(ctx context.Context, renew func() error) context.Context {
	return context.WithValue(ctx, key{}, renew)
}

// Renew says that a request leaves now.
func Renew(ctx context.Context) error {
	if renew, wanted := ctx.Value(key{}).(func() error); wanted {
		return renew()
	}
	return nil
}
