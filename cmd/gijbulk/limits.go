package main

import (
	"fmt"
	"time"

	"github.com/spf13/pflag"

	"gijbulk/importer/engine"
	"gijbulk/schema"
)

// limitOptions end a run early.
type limitOptions struct {
	canary      int
	maxFailures string
	maxDuration time.Duration
}

func (o *limitOptions) addFlags(f *pflag.FlagSet) {
	f.IntVar(&o.canary, "canary", 0, "send the first `N` writes alone, and continue only if each succeeded")
	f.StringVar(&o.maxFailures, "max-failures", "", "stop after more failures than `N|P%` of the writes")
	f.DurationVar(&o.maxDuration, "max-duration", 0, "stop after this long; requests in flight may finish")
}

// waveOptions say how gently a server is filled.
type waveOptions struct {
	size        int
	maxFailures string
	indexed     bool
	indexing    int
	timeout     time.Duration
}

func (o *waveOptions) addFlags(f *pflag.FlagSet) {
	f.IntVar(&o.size, "wave-size", 0, "split each wave of the manifest into waves of at most `N` writes (0: do not split)")
	f.StringVar(&o.maxFailures, "wave-failures", "0", "continue with the next wave after at most `N|P%` failures in one, failed first indexings included")
	f.BoolVar(&o.indexed, "wait-indexed", false, "wait until the first indexing of each new record, and of its nested repositories, has ended, as the vendor advises")
	f.IntVar(&o.indexing, "max-indexing", 2, "with --wait-indexed: at most this many first indexings at once")
	f.DurationVar(&o.timeout, "index-timeout", 30*time.Minute, "with --wait-indexed: how long to wait for one")
}

// parse refuses what cannot be a limit, before there is a run to stop.
func (o limitOptions) parse(waves waveOptions) (l engine.Limits, err error) {
	switch {
	case o.canary < 0:
		return l, usage("--canary %d is below 0", o.canary)
	case o.maxDuration < 0:
		return l, usage("--max-duration %s is below 0", o.maxDuration)
	case waves.size < 0:
		return l, usage("--wave-size %d is below 0", waves.size)
	case waves.indexing < 1:
		return l, usage("--max-indexing %d is below 1", waves.indexing)
	case waves.timeout <= 0:
		return l, usage("--index-timeout %s is not above 0", waves.timeout)
	}
	l.Canary, l.MaxDuration = o.canary, o.maxDuration
	if o.maxFailures != "" {
		max, err := parseLimit("--max-failures", o.maxFailures)
		if err != nil {
			return l, err
		}
		l.MaxFailures = &max
	}
	l.WaveFailures, err = parseLimit("--wave-failures", waves.maxFailures)
	return l, err
}

func parseLimit(flag, text string) (schema.Limit, error) {
	l, err := schema.ParseLimit(text)
	if err != nil {
		return l, usage("%s: %w", flag, err)
	}
	return l, nil
}

func withLimit(l *engine.LimitReached) string {
	flag := map[engine.LimitReason]string{engine.Canary: "--canary", engine.Failures: "--max-failures", engine.Wave: "--wave-failures", engine.Duration: "--max-duration"}[l.Reason]
	text := fmt.Sprintf("%s (%s)", l.Error(), flag)
	if l.Reason == engine.Wave {
		text += "; " + count(l.WavesLeft, "wave") + " left"
	}
	return text
}
