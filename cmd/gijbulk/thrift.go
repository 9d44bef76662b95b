package main

import "runtime/debug"

// thriftPercent is how much more than what lives there may be while a plan is made and
// shown. A job then holds all records, of the manifest and of the server, and leaves
// little behind: the usual 100 would let it take twice what it needs, and a machine that runs
// it at night is often small. On 100,000 records this costs a tenth more time. What
// streams holds next to nothing, and the writes leave much behind for each request: both
// are better off with the usual.
const thriftPercent = 30

// thrifty makes the collector thrifty until release, unless GOGC says what is wanted.
func (a *app) thrifty() (release func()) {
	if a.env("GOGC") != "" {
		return func() {}
	}
	usual := debug.SetGCPercent(thriftPercent)
	return func() { debug.SetGCPercent(usual) }
}

// giveBack returns to the system what the reading of both sides has left behind. The plan
// takes nearly half as much again as all records, in one piece, for which the gaps between
// them are no room.
func giveBack() { debug.FreeOSMemory() }
