package journal

import "time"

// Clock is the source of the time. The zero Clock is that of the machine.
type Clock struct {
	Now func() time.Time

	// Boot returns which boot of which machine this is, and the time since then, which
	// no setting of the clock changes. The id is "" where it is not known.
	Boot func() (id string, since time.Duration)
}

func (c Clock) orMachine() Clock {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Boot == nil {
		c.Boot = boot
	}
	return c
}
