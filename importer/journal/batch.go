package journal

import (
	"errors"
	"sync"
	"time"
)

// page is what is written at once.
type page struct {
	events  []byte // event, one a line
	lessons []byte // lesson, one a line; nil where there is none
	size    int    // how many events
}

// write adds an event, and what it teaches where that has an id.
func (p *page) write(e event, taught lesson) {
	p.events = e.appendLine(p.events)
	if taught.ID != 0 {
		p.lessons = taught.appendLine(p.lessons)
	}
	p.size++
}

// addTo adds the page to a batch.
func (p *page) addTo(b *batch) {
	b.events = append(b.events, p.events...)
	if p.lessons != nil {
		b.lessons = append(b.lessons, p.lessons...)
	}
	b.size += p.size
}

// batch is what shares one commit.
type batch struct {
	page
	works []func(database) error // what else is to be done, in the same transaction
	done  chan struct{}          // closed when it has been committed, or not
	err   error                  // then
}

// queue is what waits to be written. While a commit waits for the disk, others queue
// up, and the next commit takes them all.
type queue struct {
	mu     sync.Mutex
	next   *batch        // nil: nothing waits
	room   [2]int        // what the events and lessons of the last one took
	wake   chan struct{} // holds one where something waits
	closed bool
}

func newQueue() *queue { return &queue{wake: make(chan struct{}, 1)} }

// put adds to what waits, and returns when that is durable.
func (q *queue) put(add func(*batch)) error {
	b, err := q.add(add)
	if err != nil {
		return err
	}
	<-b.done
	return b.err
}

func (q *queue) add(add func(*batch)) (*batch, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return nil, errors.New("the log is closed")
	}
	if q.next == nil {
		q.next = &batch{done: make(chan struct{})}
		q.next.events, q.next.lessons = make([]byte, 0, q.room[0]), make([]byte, 0, q.room[1])
		q.wake <- struct{}{}
	}
	add(q.next)
	return q.next, nil
}

// take takes all that waits.
func (q *queue) take() *batch {
	q.mu.Lock()
	defer q.mu.Unlock()
	b := q.next
	q.next, q.room = nil, [2]int{len(b.events), len(b.lessons)}
	return b
}

// close lets nothing more in; what waits is still to be taken.
func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.closed {
		q.closed = true
		close(q.wake)
	}
}

// A commit costs about as much as the events of ten records, however many it keeps.
// Where events come in crowds, more will come, and the next commit is begun no sooner than
// a beat after the last. Who comes alone, or with others after a while, never waits.
const (
	crowd = 8 // events, for each millisecond since the last commit
	beat  = 4 * time.Millisecond
)

// each commits what comes until the queue is closed, and answers all who wait.
func (q *queue) each(commit func(*batch) error) {
	var last time.Time
	for range q.wake {
		begun := time.Now()
		b := q.take()
		b.err = commit(b)
		close(b.done)
		if since := min(max(begun.Sub(last), time.Millisecond), time.Second); time.Duration(b.size)*time.Millisecond >= crowd*since {
			time.Sleep(beat - time.Since(begun))
		}
		last = begun
	}
}
