package pace

import "time"

// room is how many requests may be in the air at once at a server that tells no limits.
// Nobody knows how many such a server takes, so it is halved whenever the server turns
// requests away or takes ever longer, and grows again, by one for each round of good
// answers, until it hinders nobody any more.
type room struct {
	most   float64   // 0: as many as come
	widest int       // that were in the air when it was last halved
	halved time.Time // what left before tells of the time before

	usual time.Duration // that a write takes, over a long time
	sum   time.Duration // that the latest took
	n     int           // that many
}

const (
	quick = 100 * time.Millisecond // an answer within this time is never slow
	slow  = 2                      // times as long as usual
	batch = 4                      // answers that are judged together
)

// full reports whether nobody may join those in the air.
func (r room) full(flying int) bool { return r.most > 0 && flying >= int(r.most) }

// narrow halves it, once for all that left before; flying were in the air.
func (r room) narrow(left time.Time, flying int, now time.Time) room {
	if left.Before(r.halved) {
		return r
	}
	r.widest = flying
	if r.most > 0 {
		r.widest = max(r.widest, int(r.most))
	}
	r.most = max(1, float64(r.widest)/2)
	r.halved, r.sum, r.n = now, 0, 0
	return r
}

// widen makes room for one more after a round of good answers.
func (r room) widen() room {
	if r.most == 0 {
		return r
	}
	if r.most += 1 / r.most; int(r.most) > r.widest {
		r.most = 0
	}
	return r
}

// timed takes in how long a write took, and narrows the room when the latest were slow.
// What is usual follows slowly upwards: work can become heavier for other reasons than us.
func (r room) timed(left time.Time, flying int, now time.Time) room {
	if left.Before(r.halved) {
		return r
	}
	if r.sum, r.n = r.sum+now.Sub(left), r.n+1; r.n < batch {
		return r.widen()
	}
	lately := r.sum / batch
	r.sum, r.n = 0, 0
	tooSlow := r.usual > 0 && lately > quick && lately > slow*r.usual
	switch {
	case r.usual == 0:
		r.usual = lately
	case lately < r.usual:
		r.usual -= (r.usual - lately) / 4
	default:
		r.usual += (lately - r.usual) / 32
	}
	if tooSlow {
		return r.narrow(left, flying, now)
	}
	return r.widen()
}
