package terminal

import (
	"fmt"
	"strings"
)

// FirstIndexing is how far the first indexing of a new record is.
type FirstIndexing struct {
	Scanned     bool // its nested repositories are known
	Indexed, Of int  // nested repositories
}

// Indexing shows how far the first indexing is that the action with this number waits for.
func (p *Progress) Indexing(n int, now FirstIndexing) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.indexing[n] = now
}

// Indexed shows that the action no longer waits for its first indexing.
func (p *Progress) Indexed(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.indexing, n)
}

// indexingText sums up the first indexings that are waited for, such as
// "1 scanning, scan ended; 12 of 40 indexed"; "" where there are none.
func (p *Progress) indexingText() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	scanning, scanned, indexed, of := 0, 0, 0, 0
	for _, one := range p.indexing {
		if !one.Scanned {
			scanning++
			continue
		}
		scanned, indexed, of = scanned+1, indexed+one.Indexed, of+one.Of
	}
	var parts []string
	if scanning > 0 {
		parts = append(parts, fmt.Sprintf("%d scanning", scanning))
	}
	switch scanned {
	case 0:
		return strings.Join(parts, ", ")
	case 1:
		parts = append(parts, "scan ended")
	default:
		parts = append(parts, fmt.Sprintf("%d scans ended", scanned))
	}
	return fmt.Sprintf("%s; %d of %d indexed", strings.Join(parts, ", "), indexed, of)
}
