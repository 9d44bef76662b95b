package sandbox

import (
	"cmp"
	"slices"
	"sync"
)

// storedRecord is what the store holds: an *Integration or a *Repository.
type storedRecord interface {
	connection() *Connection
	field(name string) any // where a request's field is stored; nil for an unknown one
	clone() storedRecord
}

// store holds the records, in memory and, where there is a data file, there too. A stored record is never changed but
// replaced, so that a list can be read without the lock.
type store struct {
	mu    sync.Mutex
	state // records sorted by id; ids only grow, save for a restore
	past  history
	file  *dataFile // nil: memory only
}

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

// find is the record of an id, and its place. One of another kind than T is not there: to the calls of a kind, only its
// own records are. The caller holds the lock.
func find[T storedRecord](s *store, id int64) (r T, i int, err error) {
	i, ok := slices.BinarySearchFunc(s.records, id, func(r storedRecord, id int64) int { return cmp.Compare(r.connection().ID, id) })
	if ok {
		r, ok = s.records[i].(T)
	}
	if !ok {
		return r, 0, noSuchID(id)
	}
	return r, i, nil
}

// all lists the records of a kind; T may be storedRecord itself, for both.
func all[T storedRecord](s *store) []T {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]T, 0, len(s.records))
	for _, r := range s.records {
		if r, ok := r.(T); ok {
			list = append(list, r)
		}
	}
	return list
}

func get[T storedRecord](s *store, id int64) (T, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, _, err := find[T](s, id)
	return r, err
}

// add stores records under the next ids, the first with those that the app found inside it. Only a restore lets an id be used
// twice.
func (s *store) add(first storedRecord, inside ...storedRecord) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	added := append([]storedRecord{first}, inside...)
	for i, r := range added {
		r.connection().ID = s.lastID + int64(i) + 1
		if re, ok := r.(*Repository); ok && i > 0 {
			re.TrackedFolderID = first.connection().ID
		}
	}
	if err := s.save(added...); err != nil {
		return err
	}
	s.past.remember(s.state)
	s.lastID += int64(len(added))
	s.records = append(s.records, added...)
	return nil
}

// update replaces a record by what change makes of a copy of it; an error of change leaves it as it is.
func update[T storedRecord](s *store, id int64, change func(T) error) (T, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, i, err := find[T](s, id)
	if err != nil {
		return r, err
	}
	r = r.clone().(T)
	return r, s.replace(i, r, func() error { return change(r) })
}

func (s *store) updateAll(change func(storedRecord) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.records {
		r := s.records[i].clone()
		if err := s.replace(i, r, func() error { return change(r) }); err != nil {
			return err
		}
	}
	return nil
}

func (s *store) replace(i int, r storedRecord, change func() error) error {
	if err := change(); err != nil {
		return err
	}
	if err := s.save(r); err != nil {
		return err
	}
	s.past.remember(s.state)
	s.records[i] = r
	return nil
}

// remove deletes a record of a kind, and the repositories inside it.
func remove[T storedRecord](s *store, id int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, _, err := find[T](s, id); err != nil {
		return err
	}
	goes := func(r storedRecord) bool {
		re, ok := r.(*Repository)
		return r.connection().ID == id || ok && re.TrackedFolderID == id
	}
	if s.file != nil {
		if err := s.file.delete(id); err != nil {
			return err
		}
	}
	s.past.remember(s.state)
	s.records = slices.DeleteFunc(s.records, goes)
	return nil
}

func (s *store) save(records ...storedRecord) error {
	if s.file == nil {
		return nil
	}
	return s.file.save(records...)
}
