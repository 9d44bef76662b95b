package secrets

import (
	"cmp"
	"context"
	"time"

	"golang.org/x/sync/errgroup"

	"gijbulk/schema"
)

// Resolver looks references up. Its zero value works: it asks the process's environment,
// the file system and the system's keyring, and refuses commands.
type Resolver struct {
	Env           func(name string) (string, bool)           // nil: os.LookupEnv
	ReadFile      func(path string) ([]byte, error)          // nil: the file's first 64 KiB and one byte
	Keyring       func(service, user string) (string, error) // nil: the system's keyring
	AllowCommands bool                                       // whether cmd: may run anything
	Timeout       time.Duration                              // for one reference; 0: 30 s
	Lenient       bool                                       // failures are warnings, for a run that sends nothing
}

const (
	defaultTimeout = 30 * time.Second
	concurrency    = 4 // lookups; more overload some password managers
)

// source is one distinct reference.
type source struct {
	scheme schema.Scheme
	target string
}

type lookupResult struct {
	value   string
	failure *lookupFailure
}

// lookupFailure never holds a secret's value.
type lookupFailure struct {
	message string
	advice  string        // "": the code's general advice
	option  schema.Option // that the advice is about
}

// Resolve returns the records, in their order, with the value of every reference that could
// be resolved, and with a finding for each field whose reference could not. When the context
// ends early, what was not looked up by then has failed.
func (r *Resolver) Resolve(ctx context.Context, records []schema.Record) []schema.Record {
	answers := r.lookUpAll(ctx, distinctSources(records))
	if len(answers) == 0 {
		return records
	}
	resolved := make([]schema.Record, len(records))
	values := make(map[source]schema.Value, len(answers)) // shared by all that refer to one
	for i, record := range records {
		resolved[i] = record
		for _, field := range record.Fields() {
			secret, src, ok := unresolved(record.Get(field))
			if !ok {
				continue
			}
			a := answers[src]
			if a.failure != nil {
				resolved[i] = resolved[i].WithFindings(r.finding(record.Place, field, a.failure))
				continue
			}
			value, made := values[src]
			if !made {
				value = schema.Hidden(secret.Resolved(a.value))
				values[src] = value
			}
			resolved[i] = resolved[i].Set(field, value)
		}
	}
	return resolved
}

// Unresolved is a reference that could not be resolved. It never holds a secret's value.
type Unresolved struct {
	Message, Advice string
	Option          schema.Option // that the advice is about
}

func (u *Unresolved) Error() string { return u.Message }

// Value gives the value of one reference that belongs to no record. Its error is an [*Unresolved].
func (r *Resolver) Value(ctx context.Context, reference schema.Secret) (string, error) {
	scheme, target, _ := reference.Source()
	src := source{scheme, target}
	a := r.lookUpAll(ctx, []source{src})[src]
	if a.failure != nil {
		return "", &Unresolved{a.failure.message, a.failure.advice, a.failure.option}
	}
	return a.value, nil
}

func (r *Resolver) finding(p schema.Place, field schema.Field, why *lookupFailure) schema.Finding {
	f := schema.CodeSecretMissing.Newf(p, field.String(), "%s", why.message)
	f.Advice, f.Option = cmp.Or(why.advice, f.Advice), why.option
	if r.Lenient {
		f.Level = schema.LevelWarning
	}
	return f
}

func unresolved(v schema.Value) (schema.Secret, source, bool) {
	secret, ok := v.Secret()
	if !ok || secret.Known() {
		return schema.Secret{}, source{}, false
	}
	scheme, target, ok := secret.Source()
	return secret, source{scheme, target}, ok
}

func distinctSources(records []schema.Record) []source {
	var sources []source
	met := map[source]bool{}
	for _, record := range records {
		for _, field := range record.Fields() {
			if _, src, ok := unresolved(record.Get(field)); ok && !met[src] {
				met[src] = true
				sources = append(sources, src)
			}
		}
	}
	return sources
}

func (r *Resolver) lookUpAll(ctx context.Context, sources []source) map[source]lookupResult {
	// A keyring that did not answer once will not answer the next: without this, each
	// further reference would wait its whole time limit.
	usable, giveUp := context.WithCancel(ctx)
	defer giveUp()

	answers := make([]lookupResult, len(sources))
	var pool errgroup.Group
	pool.SetLimit(concurrency)
	for i, src := range sources {
		pool.Go(func() error {
			answers[i] = r.lookUp(ctx, usable, giveUp, src)
			return nil // a failure is an answer
		})
	}
	_ = pool.Wait() // always nil
	bySource := make(map[source]lookupResult, len(sources))
	for i, src := range sources {
		bySource[src] = answers[i]
	}
	return bySource
}

func (r *Resolver) timeout() time.Duration { return cmp.Or(r.Timeout, defaultTimeout) }
