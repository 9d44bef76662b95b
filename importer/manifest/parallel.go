package manifest

import (
	"io"
	"iter"
	"runtime"
	"sync"

	"gijbulk/schema"
)

// Map reads a manifest as [Read] does, hands each entry to a worker and yields what that
// makes of it, in the order of the file. An entry is the worker's until it returns; its
// room is used again for others. The rows of a table and the lines of JSON Lines are read
// and worked on by as many workers as there are cores; each has one made by newWorker and
// alone uses it.
func Map[T any](r io.Reader, name string, f Format, newWorker func() func(*schema.Entry) T) iter.Seq2[T, error] {
	return mapPieces(r, name, f, pieceSize, newWorker)
}

func mapPieces[T any](r io.Reader, name string, f Format, size int, newWorker func() func(*schema.Entry) T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		work := newWorker()
		p := &pass{name: name, pieceSize: size, reuse: true}
		p.yield = func(e *schema.Entry, err error) bool {
			if err != nil {
				var none T
				return yield(none, err)
			}
			return yield(work(e), nil)
		}
		p.inParallel = func(src source, newReader func() pieceReader) {
			readPieces(src, newReader, p, newWorker, yield)
		}
		p.read(r, f)
		p.expectRecords()
	}
}

// yielded is what a worker made of a piece.
type yielded[T any] struct {
	values []T
	err    error // what ended the file, after the values
}

// job is a piece on its way to a worker.
type job[T any] struct {
	piece *piece
	done  chan yielded[T]
}

// readPieces reads the pieces of a file on all cores. It returns when the caller
// leaves or the file ends, and leaves no goroutine behind.
func readPieces[T any](src source, newReader func() pieceReader, p *pass, newWorker func() func(*schema.Entry) T, yield func(T, error) bool) {
	cores := runtime.GOMAXPROCS(0)
	jobs := make(chan job[T])
	inOrder := make(chan chan yielded[T], cores)
	left := make(chan struct{})
	var group sync.WaitGroup
	defer group.Wait()
	defer close(left)
	group.Go(func() { cut(src, jobs, inOrder, left) })
	for range cores {
		group.Go(func() {
			read, work := newReader(), newWorker()
			for j := range jobs {
				j.done <- readPiece(read, p.name, j.piece, work)
				src.recycle(j.piece)
			}
		})
	}
	for done := range inOrder {
		part := <-done
		p.records += len(part.values)
		for _, v := range part.values {
			if !yield(v, nil) {
				p.left = true
				return
			}
		}
		if part.err != nil {
			p.problems++
			var none T
			p.left = !yield(none, part.err)
			return
		}
	}
}

// cut hands pieces to the workers, and the places of their results to whoever collects
// them, until the file ends or the collector has left.
func cut[T any](src source, jobs chan<- job[T], inOrder chan<- chan yielded[T], left <-chan struct{}) {
	defer close(jobs)
	defer close(inOrder)
	for piece := src.next(); piece != nil; piece = src.next() {
		done := make(chan yielded[T], 1)
		select {
		case inOrder <- done:
		case <-left:
			return
		}
		select {
		case jobs <- job[T]{piece, done}:
		case <-left:
			return
		}
	}
}

func readPiece[T any](read pieceReader, name string, piece *piece, work func(*schema.Entry) T) (result yielded[T]) {
	result.values = make([]T, 0, piece.count)
	own := &pass{name: name, records: piece.records, reuse: true}
	own.yield = func(e *schema.Entry, err error) bool {
		if err != nil {
			result.err = err
			return false
		}
		result.values = append(result.values, work(e))
		return true
	}
	read(own, piece)
	return result
}
