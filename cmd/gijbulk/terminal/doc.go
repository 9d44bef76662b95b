// Package terminal is what a run shows at a terminal while it works. A [Screen] keeps a
// status line below everything else that is written, [Progress] says in that line, or
// elsewhere in log lines, how far the run is and for how long it waits ([Waiting]), and
// [Confirm] asks before the first write.
package terminal
