package schema

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"strings"
)

// Key is the identity of a record within one Jira: of an integration its type,
// normalised origin and name, of a repository its normalised origin, of a nested repository
// that and its integration. It can be compared and used as a map key.
type Key struct {
	Kind   Kind
	Type   Type   // "" for a repository
	Origin string // normalised; "" where the type has no default and none was given
	Region string // AWS without an origin: the region tells two apart
	Name   string // "" where the server makes the name, and for a repository
}

// Named reports whether the record says its own name. One that does not matches the
// one live integration of its type and origin that no other record names.
func (k Key) Named() bool { return k.Name != "" }

// Exact reports whether the identity by itself says which record is meant: that of a
// repository always, that of an integration with its name.
func (k Key) Exact() bool { return k.Kind != KindIntegration || k.Named() }

// Valid reports whether there can be a record of this identity: an integration has a
// type, and a repository an origin.
func (k Key) Valid() bool {
	if k.Kind != KindIntegration {
		return k.Origin != ""
	}
	return k.Type.Valid()
}

// Unnamed is the same identity without the name.
func (k Key) Unnamed() Key { k.Name = ""; return k }

// String shows the identity to a person.
func (k Key) String() string {
	parts := []string{k.head()}
	for _, s := range []string{k.Origin, k.Region} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	switch {
	case k.Named() && k.Kind == KindNested:
		parts = append(parts, "in "+k.Name)
	case k.Named():
		parts = append(parts, `"`+k.Name+`"`)
	}
	return strings.Join(parts, " ")
}

func (k Key) head() string {
	if k.Kind != KindIntegration {
		return string(k.Kind)
	}
	return string(k.Type)
}

// At is the identity of the same thing at another origin, brought to the form in which
// two that mean the same are equal: scheme and host in lower case, without default port,
// user information and trailing slashes; the path is taken literally. An absent origin
// stands for the type's default. A folder's path only loses its trailing slashes, and so
// does the path of host:path, the form that git clone takes from scp.
func (k Key) At(origin string) Key {
	spec := k.Type.spec()
	if k.Kind != KindIntegration {
		spec = &repositorySpec
	}
	k.Origin = spec.normalOrigin(k.Type, origin)
	return k
}

func (spec *typeSpec) key(t Type, origin, region, name string) Key {
	if spec.repository {
		return Key{Kind: KindRepository, Origin: normalRepository(origin)}
	}
	k := Key{Kind: KindIntegration, Type: t, Origin: spec.normalOrigin(t, origin), Name: name}
	if t == TypeAWS && k.Origin == "" {
		k.Region = region
	}
	return k
}

func (spec *typeSpec) normalOrigin(t Type, origin string) string {
	if spec.repository {
		return normalRepository(origin)
	}
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
	case "ssh":
		host = strings.TrimSuffix(host, ":22")
	case "git":
		host = strings.TrimSuffix(host, ":9418")
	}
	return scheme + "://" + host + strings.TrimRight(path, "/")
}

// Shard is the part, from 0, that an identity falls into when the work is split into
// this many. It depends on nothing but the identity, so that all machines agree, and
// spreads names that differ in little evenly.
func (k Key) Shard(of int) int {
	sum := k.sum()
	return int(binary.BigEndian.Uint64(sum[:8]) % uint64(of))
}

func (k Key) sum() [sha256.Size]byte {
	return sha256.Sum256([]byte(k.head() + "\x00" + k.Origin + "\x00" + k.Region + "\x00" + k.Name))
}
