// Package planfile is plan.json: [Write] stores a plan that is to be approved, [Read] reads it back.
// The file holds all that was decided, and all that is needed to decide it again without the
// manifests: the wanted records with references in place of their secrets, the live records as far
// as the plan depends on them, and the options. It never holds a secret, nor a hash of one.
//
// A file that was edited or cut is refused: its checksum covers all of its values, whatever their
// layout. That is no signature: who may write the file may also write another checksum.
package planfile
