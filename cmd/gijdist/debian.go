package main

import (
	"fmt"
	"time"
)

// debianFiles are what Debian's policy asks of a package besides the files of an archive.
func debianFiles(made origin, maintainer string) ([]file, error) {
	found := []file{{name: "changelog.Debian", data: debianChangelog(made, maintainer)}}
	for _, name := range []string{"copyright", "lintian-overrides"} {
		data, err := own.ReadFile("package/debian/" + name)
		if err != nil {
			return nil, err
		}
		found = append(found, file{name: name, data: data})
	}
	return found, nil
}

func debianChangelog(made origin, maintainer string) []byte {
	return fmt.Appendf(nil, "gijbulk (%s) unstable; urgency=medium\n\n  * Version %s.\n    What users notice is in changelog.gz.\n\n -- %s  %s\n",
		packageVersion(made.version)+"-"+packageRelease, made.version, maintainer, made.date.UTC().Format(time.RFC1123Z))
}
