package manifest

import (
	"io"
	"iter"
	"runtime"
	"sync"

	"gijbulk/schema"
)

// Map reads a manifest as [Read] does, calls a function for each entry, and yields what it
// returns, in the order of the file. The functions run on all cores while the file is read:
// each core has one made by newWorker, and alone calls it. An entry and its cells are valid
// until the function returns.
func Map[T any](r io.Reader, name string, f Format, e schema.Encoding, newWorker func() func(*schema.Entry) T) iter.Seq2[T, error] {
	return mapEntries(readEntries(r, name, f, e), batchSize, newWorker)
}

// batch is some entries for one worker.
type batch[T any] struct {
	entries []schema.Entry
	cells   []schema.Cell // of the entries
	errs    []error       // that Read yields in the place of an entry, else nil
	values  []T
	done    chan struct{} // closed when values is complete
}

// mapEntries is Map over a sequence; a batch has about size bytes. It leaves no goroutine
// behind.
func mapEntries[T any](entries iter.Seq2[schema.Entry, error], size int, newWorker func() func(*schema.Entry) T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		cores := runtime.GOMAXPROCS(0)
		jobs := make(chan *batch[T])
		inOrder := make(chan *batch[T], cores)
		left := make(chan struct{})
		used := sync.Pool{New: func() any { return new(batch[T]) }} // for their memory
		var group sync.WaitGroup
		defer group.Wait()
		defer close(left)
		group.Go(func() {
			defer close(jobs)
			defer close(inOrder)
			for b := range batches[T](entries, size, &used) {
				for _, to := range []chan<- *batch[T]{inOrder, jobs} {
					select {
					case to <- b:
					case <-left:
						return
					}
				}
			}
		})
		for range cores {
			group.Go(func() {
				work := newWorker()
				for b := range jobs {
					b.work(work)
				}
			})
		}
		for b := range inOrder {
			<-b.done
			for i, v := range b.values {
				if !yield(v, b.errs[i]) {
					return
				}
			}
			used.Put(b)
		}
	}
}

func (b *batch[T]) work(work func(*schema.Entry) T) {
	defer close(b.done)
	b.values = make([]T, len(b.entries))
	for i := range b.entries {
		if b.errs[i] == nil {
			b.values[i] = work(&b.entries[i])
		}
	}
}

// batches groups entries by the size of their text, so that few large ones are held.
func batches[T any](entries iter.Seq2[schema.Entry, error], size int, used *sync.Pool) iter.Seq[*batch[T]] {
	return func(yield func(*batch[T]) bool) {
		b, bytes := reset(used.Get().(*batch[T])), 0
		for e, err := range entries {
			bytes += 100
			for _, c := range e.Cells {
				bytes += len(c.Written.Text)
			}
			b.add(e, err)
			if bytes >= size {
				if !yield(b) {
					return
				}
				b, bytes = reset(used.Get().(*batch[T])), 0
			}
		}
		yield(b)
	}
}

func reset[T any](b *batch[T]) *batch[T] {
	clear(b.entries)
	clear(b.cells)
	*b = batch[T]{entries: b.entries[:0], cells: b.cells[:0], errs: b.errs[:0], done: make(chan struct{})}
	return b
}

func (b *batch[T]) add(e schema.Entry, err error) {
	n := len(b.cells)
	b.cells = append(b.cells, e.Cells...)
	e.Cells = b.cells[n:len(b.cells):len(b.cells)]
	b.entries, b.errs = append(b.entries, e), append(b.errs, err)
}
