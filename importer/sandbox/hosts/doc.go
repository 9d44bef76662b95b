// Package hosts simulates git hosts: who a credential belongs to, what it may list, in pages and
// within limits, and how it is refused. A world, one small YAML file, says which hosts there are
// (see [World]).
//
// [New] makes an http.Handler of a world. A request reaches a host by its name: in the Host
// header, or as the first segment of the path (/gitlab.example.org/api/v4/user), so that one
// listener serves them all. [Server.RoundTripper] reaches it without a socket.
//
// The calls are those of the hosts' documentation, and only those that list repositories. The
// package shares nothing with a client of the hosts: a mistake that both made would not be found.
package hosts
