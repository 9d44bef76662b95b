//go:build !linux

package journal

import "time"

// boot is not known here: the full wait begins when the run is resumed.
func boot() (id string, since time.Duration) { return "", 0 }
