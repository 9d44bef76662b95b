package journal

import (
	"errors"
	"sync"
	"time"
)

// batch is what shares one commit.
type batch struct {
	events  []byte                 // event, one a line
	lessons []byte                 // lesson, one a line; nil where there is none
	works   []func(database) error // what else is to be done, in the same transaction
	size    int                    // how many wait for it
	done    chan struct{}          // closed when it has been committed, or not
	err     error                  // then
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
		q.next = &batch{done: make(chan struct{}), events: make([]byte, 0, q.room[0]), lessons: make([]byte, 0, q.room[1])}
		q.wake <- struct{}{}
	}
	add(q.next)
	q.next.size++
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
// Where a crowd has just shared one, more will come, and the next is begun no sooner than
// a beat after the last. Who comes alone never waits for others.
const (
	crowd = 8
	beat  = 2 * time.Millisecond
)

// each commits what comes until the queue is closed, and answers all who wait.
func (q *queue) each(commit func(*batch) error) {
	for range q.wake {
		begun := time.Now()
		b := q.take()
		b.err = commit(b)
		close(b.done)
		if b.size >= crowd {
			time.Sleep(beat - time.Since(begun))
		}
	}
}
