package schema

// Deviation is how a plan differs from the approved one about one record.
type Deviation struct {
	Record  Record // the wanted one, or what is to be deleted
	Was, Is Op     // "" where the plan has nothing about it
	WasID   int64  // of the live record; 0 where there is none
	IsID    int64
	Wanted  []Change // fields of the wanted record, from as approved to as they are now: project ids
	Fields  []Change // those of the live record
	Reason  string   // of a conflict now
}
