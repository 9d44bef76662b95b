package sandbox

import "strings"

// Hosts list what the git hosts of a simulated world list for an integration: documents as their REST APIs show them,
// all pages of each joined. known is false where the integration's host is none of them. An error is a scan that fails.
type Hosts func(HostQuery) (documents [][]any, known bool, err error)

// HostQuery is what an integration asks its host for.
type HostQuery struct {
	Type, Origin, Path        string
	Collection, Region        string
	Username, Password, Token string
}

func (s *Server) scans() bool { return s.listing != nil || s.hosts != nil }

// listed are the addresses of the repositories that the host of an integration lists.
func (s *Server) listed(in *Integration) ([]string, error) {
	if s.hosts == nil {
		return s.listing.of(in), nil
	}
	documents, known, err := s.hosts(HostQuery{Type: in.Type, Origin: in.Origin, Path: in.APIPath, Collection: in.TFSCollection, Region: in.AWSRegion,
		Username: in.Username, Password: in.Password, Token: in.PAT})
	if err != nil || !known {
		return s.listing.of(in), err
	}
	var all []string
	for _, document := range documents {
		all = append(all, in.addresses(in.filtered(document), hostURL)...)
	}
	return all, nil
}

// hostURL is the address of a repository that a simulated host lists: CodeCommit and Gerrit show none.
func hostURL(in *Integration, re any) string {
	switch in.Type {
	case "AWS":
		return in.Origin + "/v1/repos/" + textOf(re, "repositoryName")
	case "GERRIT":
		return strings.TrimRight(in.Origin, "/") + "/a/" + fullName(re)
	}
	return cloneURL(in, re)
}

// indexingFailure is what the app says about the indexing of a record that went wrong.
func (s *Server) indexingFailure(r storedRecord) (text string, fails bool) {
	if in, ok := r.(*Integration); ok && in.ScanError != "" {
		return in.ScanError, true
	}
	text, fails = s.indexErrors[r.connection().DisplayName]
	return text, fails
}
