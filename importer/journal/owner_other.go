//go:build !unix

package journal

import "io/fs"

// checkOwnerOnly accepts every folder: what others may do with it is not in its mode here, and
// a profile's folders are its owner's.
func checkOwnerOnly(fs.FileInfo) error { return nil }
