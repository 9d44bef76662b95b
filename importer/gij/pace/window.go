package pace

import "time"

// window limits the requests in flight at a server that sends no limits. It is halved when
// the server is overloaded or becomes slow, and grows by one for each window of good
// answers, until it is as large as the traffic was before and no longer needed.
type window struct {
	size   float64   // 0: no limit
	before int       // requests in flight when it was last halved
	halved time.Time // answers to requests sent before say nothing about the new size

	usual time.Duration // moving average of a write's duration
	sum   time.Duration // of the durations since the last judgment
	n     int
}

const (
	quick = 100 * time.Millisecond // an answer within this time is never slow
	slow  = 2                      // times the usual duration
	batch = 4                      // answers that are judged together
)

func (w window) full(inFlight int) bool { return w.size > 0 && inFlight >= int(w.size) }

// halve halves the window, once for all requests sent before.
func (w window) halve(sent time.Time, inFlight int, now time.Time) window {
	if sent.Before(w.halved) {
		return w
	}
	w.before = max(inFlight, int(w.size))
	w.size = max(1, float64(w.before)/2)
	w.halved, w.sum, w.n = now, 0, 0
	return w
}

func (w window) grow() window {
	if w.size == 0 {
		return w
	}
	if w.size += 1 / w.size; int(w.size) > w.before {
		w.size = 0
	}
	return w
}

// observe halves the window if the latest writes were slow. The usual duration follows
// slowly upwards: work can become heavier for other reasons than our requests.
func (w window) observe(sent time.Time, inFlight int, now time.Time) window {
	if sent.Before(w.halved) {
		return w
	}
	if w.sum, w.n = w.sum+now.Sub(sent), w.n+1; w.n < batch {
		return w.grow()
	}
	latest := w.sum / batch
	w.sum, w.n = 0, 0
	tooSlow := w.usual > 0 && latest > quick && latest > slow*w.usual
	switch {
	case w.usual == 0:
		w.usual = latest
	case latest < w.usual:
		w.usual -= (w.usual - latest) / 4
	default:
		w.usual += (latest - w.usual) / 32
	}
	if tooSlow {
		return w.halve(sent, inFlight, now)
	}
	return w.grow()
}
