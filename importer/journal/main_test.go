package journal

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"testing"

	"gijbulk/schema"
)

// roles are what this test binary does when it is started as a child process. Each one
// prints a line when it has got so far.
var roles = map[string]func(path string) error{
	"write":  writeAndWait,
	"lock":   lockAndWait,
	"hold":   holdAndWait,
	"create": writeRun,
	"stream": writeStream,
}

const roleVariable = "GIJBULK_TEST_ROLE"

func TestMain(m *testing.M) {
	role, known := roles[os.Getenv(roleVariable)]
	if !known {
		os.Exit(m.Run())
	}
	if err := role(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// child starts a role in a process of its own and returns its first line. kill ends it
// with SIGKILL and returns what it had printed since.
func child(t *testing.T, role, path string) (line string, kill func() []string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], path)
	cmd.Env = append(os.Environ(), roleVariable+"="+role)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	in, err := cmd.StdinPipe() // it closes when this process dies
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	kill = sync.OnceValue(func() (rest []string) {
		_ = cmd.Process.Kill()
		for lines.Scan() {
			rest = append(rest, lines.Text())
		}
		_ = in.Close()
		_ = cmd.Wait()
		return rest
	})
	t.Cleanup(func() { kill() })
	if !lines.Scan() {
		t.Fatalf("the child %s printed nothing", role)
	}
	return lines.Text(), kill
}

// ready tells the parent, and waits to be killed.
func ready() error {
	fmt.Println("ready")
	_, err := io.Copy(io.Discard, os.Stdin)
	return err
}

// writeAndWait leaves one action done, one begun and one untouched.
func writeAndWait(path string) error {
	ctx := context.Background()
	j, err := Open(ctx, path, Options{})
	if err != nil {
		return err
	}
	actions := creates(3)
	l, err := startPlanned(ctx, j, run("r1"), plan(actions...), []byte(`{"a":1}`), schema.Mask{})
	if err != nil {
		return err
	}
	if err := l.Begin(ctx, actions[:2]...); err != nil {
		return err
	}
	if err := l.End(ctx, done(actions[0], schema.StatusCreated, 8)); err != nil {
		return err
	}
	return ready()
}

func lockAndWait(dir string) error {
	locks, err := OpenLocks(dir)
	if err != nil {
		return err
	}
	if _, err := locks.Lock(context.Background(), jira, 0, 1, holder, 0); err != nil {
		return err
	}
	return ready()
}

// holdAndWait locks a target in a database.
func holdAndWait(url string) error {
	ctx := context.Background()
	j, err := Open(ctx, url, Options{})
	if err != nil {
		return err
	}
	l, err := startPlanned(ctx, j, run(holder.Run), plan(creates(2)...), nil, schema.Mask{})
	if err != nil {
		return err
	}
	if err := l.Lock(ctx, jira, 0, 1, holder, 0); err != nil {
		return err
	}
	return ready()
}

// writeRun opens a file that others make at the same time, and writes a run.
func writeRun(path string) error {
	ctx := context.Background()
	j, err := Open(ctx, path, Options{})
	if err != nil {
		return err
	}
	name := fmt.Sprint("run ", os.Getpid())
	r := run(name)
	r.Target = jira + "/" + fmt.Sprint(os.Getpid())
	actions := creates(20)
	l, err := startPlanned(ctx, j, r, plan(actions...), nil, schema.Mask{})
	if err != nil {
		return err
	}
	for _, a := range actions {
		if err := l.Begin(ctx, a); err != nil {
			return err
		}
		if err := l.End(ctx, done(a, schema.StatusCreated, int64(a.N+1))); err != nil {
			return err
		}
	}
	if err := l.Close(); err != nil {
		return err
	}
	fmt.Println(name)
	return j.Close()
}

// writeStream prints each answer, once it has got some way: what is printed must not be
// lost.
func writeStream(path string) error {
	ctx := context.Background()
	j, err := Open(ctx, path, Options{})
	if err != nil {
		return err
	}
	actions := creates(1000)
	l, err := startPlanned(ctx, j, run("r1"), plan(actions...), nil, schema.Mask{})
	if err != nil {
		return err
	}
	for _, a := range actions {
		if err := l.Begin(ctx, a); err != nil {
			return err
		}
		if a.N >= 50 {
			fmt.Println("begin", a.N)
		}
		if err := l.End(ctx, done(a, schema.StatusCreated, int64(a.N+1))); err != nil {
			return err
		}
		if a.N >= 50 {
			fmt.Println("end", a.N)
		}
	}
	return ready()
}
