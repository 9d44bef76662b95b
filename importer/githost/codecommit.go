package githost

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"gijbulk/schema"
)

// codecommit is AWS CodeCommit in one region
// (https://docs.aws.amazon.com/codecommit/latest/APIReference/). Keys do not expire.
type codecommit struct {
	together
	region string
}

func (codecommit) key() string { return "repositories" }

func (h codecommit) repository(item map[string]any) Repository {
	name := textOf(item, "repositoryName")
	return Repository{Name: name, URL: "https://git-codecommit." + h.region + ".amazonaws.com/v1/repos/" + url.PathEscape(name)}
}

const targetHeader = "X-Amz-Target"

// awsSignature signs requests with Signature Version 4.
func awsSignature(region string, l login) func(*http.Request, []byte) error {
	signer := v4.NewSigner()
	return func(r *http.Request, body []byte) error {
		service := "sts"
		if r.Header.Get(targetHeader) != "" {
			service = "codecommit"
		}
		sum := sha256.Sum256(body)
		return signer.SignHTTP(r.Context(), aws.Credentials{AccessKeyID: l.user, SecretAccessKey: l.secret}, r, hex.EncodeToString(sum[:]), service, region, time.Now())
	}
}

func (h codecommit) who(ctx context.Context, s *session) (Identity, error) {
	a, err := s.do(ctx, http.MethodPost, "https://sts."+h.region+".amazonaws.com/", []byte("Action=GetCallerIdentity&Version=2011-06-15"),
		http.Header{"Content-Type": {"application/x-www-form-urlencoded; charset=utf-8"}, "Accept": {"text/xml"}})
	if err != nil {
		return Identity{}, err
	}
	var caller struct {
		ARN string `xml:"GetCallerIdentityResult>Arn"`
	}
	var refusal struct {
		Code string `xml:"Error>Code"`
	}
	switch {
	case a.status == http.StatusOK && xml.Unmarshal(a.body, &caller) == nil && caller.ARN != "":
		return Identity{User: caller.ARN}, nil
	case a.status == http.StatusOK:
		return Identity{}, &Problem{Code: schema.CodeUnreachable, Message: a.host + " answers something that is not the XML of its API"}
	case xml.Unmarshal(a.body, &refusal) == nil && refusal.Code != "":
		return Identity{}, &Problem{Code: schema.CodeCredentialRefused, Message: fmt.Sprintf("AWS refuses the access key: %s", refusal.Code),
			Advice: "check the access key (username) and its secret (password)"}
	}
	return Identity{}, s.problem(a)
}

func (h codecommit) list(ctx context.Context, s *session, _ query) (answers, error) {
	pages, err := h.pages(ctx, s)
	return answers{documents: [][]any{pages}}, err
}

func (h codecommit) pages(ctx context.Context, s *session) ([]any, error) {
	var pages []any
	for token := ""; ; {
		parameters := map[string]any{"sortBy": "repositoryName", "order": "ascending"}
		if token != "" {
			parameters["nextToken"] = token
		}
		a, err := h.call(ctx, s, "ListRepositories", parameters)
		if err != nil {
			return nil, err
		}
		var page map[string]any
		if err := a.decode(&page); err != nil {
			return nil, err
		}
		pages = append(pages, page)
		next := textOf(page, "nextToken")
		switch {
		case next == "":
			return pages, nil
		case next == token || len(pages) == mostPages:
			return nil, &Problem{Code: schema.CodePathRefused, Field: schema.FieldAwsRegion, Message: a.host + " lists without end"}
		}
		token = next
	}
}

// mostDescribed is how many repositories BatchGetRepositories takes at most.
const mostDescribed = 100

// listing reads the names of all repositories, and then what is known of them.
func (h codecommit) listing(ctx context.Context, s *session, _ string, keep func(Page)) error {
	lists, err := h.pages(ctx, s)
	if err != nil {
		return err
	}
	var names []string
	for _, list := range lists {
		for _, item := range repositoriesIn(list) {
			names = append(names, textOf(item, "repositoryName"))
		}
	}
	for some := range slices.Chunk(names, mostDescribed) {
		a, err := h.call(ctx, s, "BatchGetRepositories", map[string]any{"repositoryNames": some})
		if err != nil {
			return err
		}
		var page struct {
			Repositories []struct{} `json:"repositories"`
			Gone         []string   `json:"repositoriesNotFound"`
		}
		switch err := a.decode(&page); {
		case err != nil:
			return err
		case len(page.Repositories)+len(page.Gone) != len(some):
			return &Problem{Code: schema.CodeListPartial, Message: fmt.Sprintf("%s describes %d of %d repositories", a.host, len(page.Repositories), len(some))}
		}
		keep(Page{a.host, a.body})
	}
	return nil
}

func repositoriesIn(page any) (items []map[string]any) {
	object, _ := page.(map[string]any)
	list, _ := object["repositories"].([]any)
	for _, item := range list {
		if repository, ok := item.(map[string]any); ok {
			items = append(items, repository)
		}
	}
	return items
}

func (h codecommit) call(ctx context.Context, s *session, action string, parameters map[string]any) (*answer, error) {
	body, err := json.Marshal(parameters)
	if err != nil {
		return nil, err
	}
	a, err := s.do(ctx, http.MethodPost, "https://codecommit."+h.region+".amazonaws.com/", body,
		http.Header{"Content-Type": {"application/x-amz-json-1.1"}, targetHeader: {"CodeCommit_20150413." + action}})
	if err != nil || a.status == http.StatusOK {
		return a, err
	}
	switch kind := a.exception(); kind {
	case "AccessDeniedException":
		return nil, &Problem{Code: schema.CodeScopeMissing, Message: "the access key may not list repositories in " + h.region + suffixed(a.words(s.client.config.Mask)),
			Advice: "allow codecommit:" + action + " and codecommit:GitPull in a policy of the user"}
	case "UnrecognizedClientException", "InvalidSignatureException", "ExpiredTokenException", "IncompleteSignature":
		return nil, &Problem{Code: schema.CodeCredentialRefused, Message: "AWS refuses the access key: " + kind}
	}
	return nil, s.problem(a)
}

// exception is the kind of error that an AWS service answers in JSON; "" for none.
func (a *answer) exception() string {
	var e struct {
		Type string `json:"__type"`
	}
	if json.Unmarshal(a.body, &e) != nil {
		return ""
	}
	return e.Type[strings.LastIndexByte(e.Type, '#')+1:]
}
