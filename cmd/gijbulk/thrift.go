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

// giveBack returns to the system what a step has left behind. The plan takes a third as much
// again as all records, in one piece, for which the gaps that reading them left are no room;
// and once it is made, the list of the server is in it.
func giveBack() { debug.FreeOSMemory() }
