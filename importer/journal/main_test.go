package journal

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"

	"gijbulk/schema"
)

// roles are what this test binary does when it is started as a child process. Each one
// prints a line when it has got so far, and then waits to be killed.
var roles = map[string]func(path string) error{
	"write":  writeAndHang,
	"lock":   lockAndHang,
	"create": createRun,
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

// child starts a role in a process of its own. kill ends it with SIGKILL.
func child(t *testing.T, role, path string) (line string, kill func()) {
	t.Helper()
	cmd := exec.Command(os.Args[0], path)
	cmd.Env = append(os.Environ(), roleVariable+"="+role)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	killed := false
	kill = func() {
		if !killed {
			killed = true
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
	}
	t.Cleanup(kill)
	lines := bufio.NewScanner(out)
	if !lines.Scan() {
		t.Fatalf("the child %s said nothing", role)
	}
	return lines.Text(), kill
}

func hang() error {
	fmt.Println("ready")
	select {}
}

// writeAndHang leaves one action done, one begun and one untouched.
func writeAndHang(path string) error {
	ctx := context.Background()
	j, err := Open(path)
	if err != nil {
		return err
	}
	actions := creates(3)
	l, err := begun(ctx, j, run("r1"), plan(actions...), []byte(`{"a":1}`), schema.Mask{})
	if err != nil {
		return err
	}
	if err := l.Begin(ctx, actions[0]); err != nil {
		return err
	}
	if err := l.End(ctx, done(actions[0], schema.StatusCreated, 8)); err != nil {
		return err
	}
	if err := l.Begin(ctx, actions[1]); err != nil {
		return err
	}
	go keepAwake()
	return hang()
}

// keepAwake keeps the runtime from calling a process that only waits a deadlock.
func keepAwake() {
	for {
		time.Sleep(time.Hour)
	}
}

func lockAndHang(dir string) error {
	if _, err := Lock(context.Background(), dir, jira, 0, 1, 0); err != nil {
		return err
	}
	go keepAwake()
	return hang()
}

// createRun opens a file that others are making at the same moment, and writes a run.
func createRun(path string) error {
	ctx := context.Background()
	j, err := Open(path)
	if err != nil {
		return err
	}
	name := fmt.Sprint("run ", os.Getpid())
	r := run(name)
	r.Target = jira + "/" + fmt.Sprint(os.Getpid())
	actions := creates(20)
	l, err := begun(ctx, j, r, plan(actions...), nil, schema.Mask{})
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
	if err := j.Close(); err != nil {
		return err
	}
	fmt.Println(name)
	return nil
}
