package schema

// Wave is a part of a plan that is sent before the next.
type Wave struct {
	Number  int64 // as the manifest says; 0 where it does not
	Part    int   // of that wave, from 1; more than one where it was cut by a size
	Actions []int // the numbers of its actions, in the order in which they are sent
}
