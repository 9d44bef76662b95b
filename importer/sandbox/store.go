package sandbox

import (
	"cmp"
	"slices"
	"sync"
)

// store holds the integrations, in memory and, where there is a data file, there too. A stored record is never changed
// but replaced, so that a list can be read without the lock.
type store struct {
	mu      sync.Mutex
	records []*Integration // sorted by id; ids only grow
	lastID  int64
	file    *dataFile // nil: memory only
}

// openStore reads the data file; an empty path is memory only.
func openStore(path string) (*store, error) {
	if path == "" {
		return &store{}, nil
	}
	file, err := openDataFile(path)
	if err != nil {
		return nil, err
	}
	s := &store{file: file}
	if s.records, s.lastID, err = file.load(); err != nil {
		file.close()
		return nil, err
	}
	return s, nil
}

func (s *store) close() error {
	if s.file == nil {
		return nil
	}
	return s.file.close()
}

// find is the place of an id; the caller holds the lock.
func (s *store) find(id int64) (int, error) {
	i, ok := slices.BinarySearchFunc(s.records, id, func(in *Integration, id int64) int { return cmp.Compare(in.ID, id) })
	if !ok {
		return 0, noSuchID(id)
	}
	return i, nil
}

func (s *store) list() []*Integration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.records)
}

func (s *store) get(id int64) (*Integration, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i, err := s.find(id)
	if err != nil {
		return nil, err
	}
	return s.records[i], nil
}

// add stores a record under the next id. Ids are never used twice.
func (s *store) add(in Integration) (*Integration, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	in.ID = s.lastID + 1
	if err := s.save(&in); err != nil {
		return nil, err
	}
	s.lastID = in.ID
	s.records = append(s.records, &in)
	return &in, nil
}

// update replaces a record by what change makes of a copy of it; an error of change leaves it as it is.
func (s *store) update(id int64, change func(*Integration) error) (*Integration, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i, err := s.find(id)
	if err != nil {
		return nil, err
	}
	return s.replace(i, change)
}

func (s *store) updateAll(change func(*Integration) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.records {
		if _, err := s.replace(i, change); err != nil {
			return err
		}
	}
	return nil
}

// replace does the work of update at a place; the caller holds the lock.
func (s *store) replace(i int, change func(*Integration) error) (*Integration, error) {
	in := *s.records[i]
	if err := change(&in); err != nil {
		return nil, err
	}
	if err := s.save(&in); err != nil {
		return nil, err
	}
	s.records[i] = &in
	return &in, nil
}

func (s *store) remove(id int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	i, err := s.find(id)
	if err != nil {
		return err
	}
	if s.file != nil {
		if err := s.file.delete(id); err != nil {
			return err
		}
	}
	s.records = slices.Delete(s.records, i, i+1)
	return nil
}

// save writes a record through to the file before it counts in memory.
func (s *store) save(in *Integration) error {
	if s.file == nil {
		return nil
	}
	return s.file.save(in)
}
