// Package verify holds the tests of samples/jobs: that Kubernetes, GitHub, GitLab, systemd
// and container builders would take the files, and that each gijbulk command in them has
// only flags that exist. It is a module of its own, so that gijbulk itself depends on
// nothing of that.
package verify
