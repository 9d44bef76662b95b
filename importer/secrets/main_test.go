package secrets

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// The test binary is also the command that the tests run: "TESTBINARY child ROLE ARG…".
func TestMain(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == "child" {
		os.Exit(child(os.Args[2], os.Args[3:]))
	}
	// Under the race detector a child would linger for a second before it exits.
	if err := os.Setenv("GORACE", "atexit_sleep_ms=0"); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

func child(role string, args []string) int {
	switch role {
	case "print":
		fmt.Print(strings.Join(args, "|"))
	case "env":
		fmt.Println(os.Getenv(args[0]))
	case "stdin": // ends at once, as there is nothing to read
		n, err := os.Stdin.Read(make([]byte, 1))
		fmt.Printf("%d %v", n, err)
	case "flood":
		for {
			if _, err := os.Stdout.Write(make([]byte, 1<<12)); err != nil {
				return 1
			}
		}
	case "fail": // STDOUT STDERR
		fmt.Fprint(os.Stdout, args[0])
		fmt.Fprint(os.Stderr, args[1])
		return 3
	case "hang":
		time.Sleep(time.Hour) // until it is killed
	case "leave": // ends well; what it started keeps its output open
		daemon := exec.Command(os.Args[0], "child", "daemon")
		daemon.Stdout, daemon.Stderr = os.Stdout, os.Stderr
		if err := daemon.Start(); err != nil {
			return 1
		}
		fmt.Println("left-value")
	case "nest": // ADDRESS: hangs beside what it started, which hangs as well
		if err := exec.Command(os.Args[0], "child", "call", args[0]).Start(); err != nil {
			return 1
		}
		time.Sleep(time.Hour)
	case "call": // ADDRESS: holds a connection as long as it lives
		if _, err := net.Dial("tcp", args[0]); err != nil {
			return 1
		}
		time.Sleep(time.Hour)
	case "daemon":
		for { // until nobody holds the other end any more
			if _, err := os.Stderr.WriteString("."); err != nil {
				return 0
			}
			time.Sleep(10 * time.Millisecond)
		}
	}
	return 0
}

// run is the command line of a child.
func run(t *testing.T, args ...string) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return quoteWords(append([]string{self, "child"}, args...))
}

func quoteWords(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
	}
	return strings.Join(quoted, " ")
}
