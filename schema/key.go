package schema

import (
	"hash/fnv"
	"io"
	"slices"
	"strings"
)

// Key is the identity of an integration within one Jira: its type, normalised origin
// and name. It can be compared and used as a map key.
type Key struct {
	Type   Type
	Origin string // normalised; "" where the type has no default and none was given
	Region string // AWS without an origin: the region tells two apart
	Name   string // "" where the server makes the name
}

// Named reports whether the record says its own name. One that does not matches the
// one live integration of its type and origin that no other record names.
func (k Key) Named() bool { return k.Name != "" }

// Unnamed is the same identity without the name.
func (k Key) Unnamed() Key { k.Name = ""; return k }

// String shows the identity to a person.
func (k Key) String() string {
	parts := []string{string(k.Type)}
	for _, s := range []string{k.Origin, k.Region} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	if k.Named() {
		parts = append(parts, `"`+k.Name+`"`)
	}
	return strings.Join(parts, " ")
}

// KeyOf gives the identity of a type, origin and name; region counts only for AWS
// without an origin.
func KeyOf(t Type, origin, region, name string) Key {
	return t.spec().key(t, origin, region, name)
}

func (spec *typeSpec) key(t Type, origin, region, name string) Key {
	k := Key{Type: t, Origin: spec.normalOrigin(t, origin), Name: name}
	if t == TypeAWS && k.Origin == "" {
		k.Region = region
	}
	return k
}

// NormalOrigin brings an origin to the form in which two that mean the same are equal:
// scheme and host in lower case, without default port, user information and trailing
// slashes; the path is taken literally. An absent one stands for the type's default. A
// tracked folder's path only loses its trailing slashes.
func NormalOrigin(t Type, origin string) string { return t.spec().normalOrigin(t, origin) }

func (spec *typeSpec) normalOrigin(t Type, origin string) string {
	origin = strings.TrimSpace(origin)
	if t == TypeFilespace {
		return trimFolder(origin)
	}
	if origin == "" {
		return NormalURL(spec.defaultOrigin)
	}
	normal := NormalURL(origin)
	if slices.Contains(spec.aliases, normal) {
		return spec.defaultOrigin
	}
	return normal
}

func trimFolder(path string) string {
	if trimmed := strings.TrimRight(path, "/"); trimmed != "" {
		return trimmed
	}
	return path
}

// NormalURL brings a URL to the form in which two that mean the same are equal. It
// works on the text and not through net/url, which would also rewrite
// escapes in the path.
func NormalURL(s string) string {
	if usualURL(s) {
		return s
	}
	scheme, rest, ok := strings.Cut(s, "://")
	if !ok {
		return strings.TrimRight(s, "/")
	}
	scheme = strings.ToLower(scheme)
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	host, path := rest[:end], rest[end:]
	if at := strings.LastIndexByte(host, '@'); at >= 0 {
		host = host[at+1:]
	}
	host = strings.ToLower(host)
	switch scheme {
	case "https":
		host = strings.TrimSuffix(host, ":443")
	case "http":
		host = strings.TrimSuffix(host, ":80")
	}
	return scheme + "://" + host + strings.TrimRight(path, "/")
}

// usualURL knows at a glance the URLs that are in their normal form, save for rare ones.
func usualURL(s string) bool {
	rest, ok := strings.CutPrefix(s, "https://")
	if !ok || strings.HasSuffix(rest, "/") {
		return false
	}
	for i := range len(rest) {
		switch b := rest[i]; {
		case b == '/':
			return true
		case b >= 'a' && b <= 'z', b >= '0' && b <= '9', b == '.', b == '-':
		default:
			return false
		}
	}
	return true
}

// Shard is the part, from 0, that an identity falls into when the work is split into
// this many. It depends on nothing but the identity, so that all machines agree.
func (k Key) Shard(of int) int {
	h := fnv.New64a()
	for _, s := range []string{string(k.Type), k.Origin, k.Region, k.Name} {
		_, _ = io.WriteString(h, s)
		_, _ = h.Write([]byte{0})
	}
	return int(h.Sum64() % uint64(of))
}
