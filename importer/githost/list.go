package githost

import (
	"context"
	"fmt"
	"iter"
	"net/http"
	"strconv"
	"sync"

	"gijbulk/schema"
)

// Kind is a kind of host that the app has no integration type for.
type Kind string

// The kinds.
const (
	BitbucketServer Kind = "bitbucket-server" // or Data Center
	BitbucketCloud  Kind = "bitbucket-cloud"
	Gitea           Kind = "gitea" // or Forgejo
)

// Source says what is listed, and with which credential.
type Source struct {
	Record schema.Record // whose type, origin, region and credential count
	Kind   Kind          // "": that of the record's type
	Names  []string      // of organizations, groups, projects or workspaces; none: all that the credential sees
}

// Page is one answer of a host, as the host wrote it.
type Page struct {
	Address string // host and path of the list
	Text    []byte
}

// catalog is a host whose repositories can be listed in the form in which they are saved.
type catalog interface {
	who(context.Context, *session) (Identity, error)
	// owners are all whose repositories are listed one by one; only "" where one list has all.
	owners(context.Context, *session) ([]string, error)
	// listing reads the repositories of an owner to the end, in an order that stays.
	listing(ctx context.Context, s *session, owner string, keep func(Page)) error
}

// together is embedded in hosts that have one list of all that a credential sees.
type together struct{}

func (together) owners(context.Context, *session) ([]string, error) { return []string{""}, nil }

// List reads lists of repositories to their end, in a stable order, and holds few pages at a time.
// Where a list cannot be read whole, the pages end with an error: a [*Problem] or that of the context.
func (c *Client) List(ctx context.Context, from Source) iter.Seq2[Page, error] {
	return func(yield func(Page, error) bool) {
		wanted := true
		err := c.list(ctx, from, func(p Page) bool {
			wanted = yield(p, nil)
			return wanted
		})
		if wanted && err != nil {
			yield(Page{}, err)
		}
	}
}

func (c *Client) list(ctx context.Context, from Source, yield func(Page) bool) error {
	l, resolved := loginOf(from.Record)
	if !resolved {
		return &Problem{Code: schema.CodeCredentialRefused, Message: "the credential is not known here"}
	}
	s, host, err := catalogOf(from, l)
	if err != nil {
		return err
	}
	client := &session{client: c, http: &c.checked, sign: s.sign}
	if client.identity, err = host.who(ctx, client); err != nil {
		return err
	}
	owners := from.Names
	if len(owners) == 0 {
		if owners, err = host.owners(ctx, client); err != nil {
			return err
		}
	}
	return listEach(ctx, client, host, owners, yield)
}

// listEach yields the pages of each owner in turn, while those of the next owners are read.
func listEach(ctx context.Context, s *session, host catalog, owners []string, yield func(Page) bool) error {
	ctx, cancel := context.WithCancel(ctx)
	var all sync.WaitGroup
	defer all.Wait()
	defer cancel()
	ahead := make(chan *pageList, atOnce)
	all.Go(func() {
		defer close(ahead)
		for _, owner := range owners {
			l := &pageList{pages: make(chan Page, 1)}
			select {
			case ahead <- l:
				all.Go(func() { l.read(ctx, s, host, owner) })
			case <-ctx.Done():
				return
			}
		}
	})
	for l := range ahead {
		for page := range l.pages {
			if !yield(page) {
				return nil
			}
		}
		if l.err != nil {
			return l.err
		}
	}
	return context.Cause(ctx)
}

// pageList is the list of one owner while it is read.
type pageList struct {
	pages chan Page
	err   error // once the pages have ended
}

func (l *pageList) read(ctx context.Context, s *session, host catalog, owner string) {
	defer close(l.pages)
	l.err = host.listing(ctx, s, owner, func(p Page) {
		select {
		case l.pages <- p:
		case <-ctx.Done():
		}
	})
}

func catalogOf(from Source, l login) (service, catalog, error) {
	s, host := service{}, catalog(nil)
	origin := from.Record.Key().Origin
	switch from.Kind {
	case BitbucketServer:
		s.sign, host = bearerOrBasic(l), bitbucketServer{base: origin}
	case BitbucketCloud:
		s.sign, host = bearerOrBasic(l), bitbucketCloud{base: origin}
	case Gitea:
		s.sign, host = inHeader("Authorization", "token ", l), gitea{base: origin}
		if l.user != "" {
			s.sign = basic(l)
		}
	default:
		known, why, visible := serviceOf(from.Record, l)
		lists, can := known.host.(catalog)
		if !visible || !can {
			return s, nil, &Problem{Code: schema.CodeUnreachable, Message: fmt.Sprintf("%s cannot be listed from here: %s", from.Record.Type(), why)}
		}
		s, host = known, lists
	}
	return s, host, nil
}

func bearerOrBasic(l login) func(*http.Request, []byte) error {
	if l.user != "" {
		return basic(l)
	}
	return inHeader("Authorization", "Bearer ", l)
}

// save reads a list to its end as the host writes it. next checks a page, and says which is the
// next: "" after the last.
func (s *session) save(ctx context.Context, address string, keep func(Page), next func(*answer) (string, error)) error {
	return s.each(ctx, address, func(a *answer) (string, error) {
		if a.status != http.StatusOK {
			return "", &refusal{s.problem(a), a}
		}
		following, err := next(a)
		if err == nil {
			keep(Page{a.host + a.path, a.body})
		}
		return following, err
	})
}

// groupOrUser reads the list of a group, or where the host has no such group, that of a user.
func groupOrUser(save func(path string) error, group, user string) error {
	err := save(group)
	if !absent(err) {
		return err
	}
	if another := save(user); !absent(another) {
		return another
	}
	return err
}

func noPage(a *answer) *Problem {
	return &Problem{Code: schema.CodePathRefused, Message: fmt.Sprintf("%s answers something that is no page of a list to %s", a.host, a.path)}
}

// refusal is a problem with the answer that says so.
type refusal struct {
	*Problem
	answer *answer
}

func (r *refusal) Unwrap() error { return r.Problem }

func absent(err error) bool {
	r, ok := err.(*refusal)
	return ok && r.answer.status == http.StatusNotFound
}

// tally counts what a list has, for the hosts that say how many there are: the numbers differ where
// a repository was made or deleted while the list was read.
type tally struct {
	header string // with the host's number
	items  int
}

// list counts the repositories of a page that is a list of them, and passes on the next page.
func (t *tally) list(a *answer, next string) (string, error) {
	var page []struct{}
	if err := a.decode(&page); err != nil {
		return "", err
	}
	return t.add(a, len(page), next)
}

func (t *tally) add(a *answer, items int, next string) (string, error) {
	t.items += items
	total, err := strconv.Atoi(a.header.Get(t.header))
	if next == "" && err == nil && total != t.items {
		return "", &Problem{Code: schema.CodeListPartial, Message: fmt.Sprintf("%s lists %d repositories and counts %d", a.host, t.items, total),
			Advice: "run the command again: repositories may have been added or deleted meanwhile"}
	}
	return next, nil
}
