package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/pflag"

	"gijbulk/importer/engine"
	"gijbulk/importer/planner"
	"gijbulk/schema"
)

// waveOptions say how gently a server is filled.
type waveOptions struct {
	size        int
	maxFailures string
	indexed     bool
	indexing    int
	timeout     time.Duration
}

func (o *waveOptions) addFlags(f *pflag.FlagSet) {
	f.IntVar(&o.size, "wave-size", 0, "cut each wave of the manifest into waves of at most `N` writes (0: as they are)")
	f.StringVar(&o.maxFailures, "wave-failures", "0", "go on to the next wave after at most `N|P%` failures in one, failed first indexings included")
	f.BoolVar(&o.indexed, "wait-indexed", false, "wait until the first indexing of all that is new has ended, as the vendor advises")
	f.IntVar(&o.indexing, "max-indexing", 2, "with --wait-indexed: most first indexings at once")
	f.DurationVar(&o.timeout, "index-timeout", 30*time.Minute, "with --wait-indexed: how long one is waited for")
}

// check refuses what cannot be done.
func (o waveOptions) check() error {
	switch {
	case o.size < 0:
		return usage("--wave-size %d is below 0", o.size)
	case o.indexing < 1:
		return usage("--max-indexing %d is below 1", o.indexing)
	case o.timeout <= 0:
		return usage("--index-timeout %s is not above 0", o.timeout)
	}
	if _, err := planner.ParseLimit(o.maxFailures); err != nil {
		return usage("--wave-failures: %w", err)
	}
	return nil
}

// gentle is what the engine needs to wait for indexings.
func (o waveOptions) gentle(indexer engine.Indexer) engine.Gentle {
	if !o.indexed {
		return engine.Gentle{}
	}
	return engine.Gentle{Indexer: indexer, AtOnce: o.indexing, Timeout: o.timeout}
}

// waves sends a plan wave by wave, and stops at the gate after one in which too much
// failed.
func (w *work) waves(ctx context.Context, plan schema.Plan) error {
	waves := planner.Waves(plan, w.job.options.waves.size)
	for i, wave := range waves {
		if err := w.apply(ctx, wave.Plan); err != nil {
			return err
		}
		if i+1 == len(waves) {
			break
		}
		if err := w.gate(wave, i+1, len(waves)); err != nil {
			return err
		}
	}
	return nil
}

// gate says why a run does not go on after a wave, or nil.
func (w *work) gate(wave planner.Wave, nth, of int) error {
	limit, err := planner.ParseLimit(w.job.options.waves.maxFailures)
	if err != nil {
		return err
	}
	writes, failed := 0, 0
	for _, a := range wave.Plan.Actions {
		if !a.Op.Writes() {
			continue
		}
		writes++
		if o := w.job.outcomes[a.N]; !o.Status.Good() || o.Error != "" {
			failed++
		}
	}
	w.job.app.log.info("wave done", "wave", wave.Number, "part", wave.Part, "nth", nth, "of", of, "writes", writes, "failures", failed)
	if !limit.Exceeded(failed, writes) {
		return nil
	}
	return limitReached{fmt.Sprintf("%d of %d writes of wave %d failed, more than --wave-failures %s; %s left", failed, writes, wave.Number, limit, count(of-nth, "wave"))}
}
