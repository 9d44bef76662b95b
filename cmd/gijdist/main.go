// Command gijdist packs gijbulk for those who install it: for each platform an archive
// with the static program, completions, manual pages, the texts and the licences of what
// it is made with, and SHA256SUMS over all archives.
//
// Two runs over the same commit with the same Go give the same bytes, wherever and
// whenever they are done: the program knows no paths, and an archive has its files in one
// order, of nobody, at the time of the commit.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"
	"path/filepath"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("gijdist: ")
	into := flag.String("o", "dist", "the folder for the archives; earlier ones there are removed")
	goCommand := flag.String("go", "go", "the go command to build with")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, toolchain{*goCommand}, *into); err != nil {
		log.Fatal(err)
	}
}

// run builds and packs for all platforms. It is run in the root of the module.
func run(ctx context.Context, tool toolchain, into string) error {
	work, err := os.MkdirTemp("", "gijdist")
	if err != nil {
		return err
	}
	return errors.Join(release(ctx, tool, work, into), os.RemoveAll(work))
}

func release(ctx context.Context, tool toolchain, work, into string) error {
	host := hostPlatform()
	program := filepath.Join(work, host.program())
	if err := tool.build(ctx, host, program); err != nil {
		return err
	}
	made, err := readOrigin(program)
	if err != nil {
		return err
	}
	if made.modified {
		log.Printf("the sources differ from the commit: nobody can make these archives again")
	}
	shared, err := texts(".")
	if err != nil {
		return err
	}
	completions, err := completionScripts(ctx, program)
	if err != nil {
		return err
	}
	shared = append(shared, completions...)
	if err := clearEarlier(into); err != nil {
		return err
	}
	var names []string
	for _, p := range platforms() {
		own, err := ownFiles(ctx, tool, p, work)
		if err != nil {
			return fmt.Errorf("%s: %w", p, err)
		}
		name, err := pack(into, made, p, append(own, shared...))
		if err != nil {
			return fmt.Errorf("%s: %w", p, err)
		}
		log.Printf("%s", filepath.Join(into, name))
		names = append(names, name)
	}
	return writeSums(into, names)
}

// ownFiles are what only one platform has: its program, and the licences of the modules
// that are in it.
func ownFiles(ctx context.Context, tool toolchain, p platform, work string) ([]file, error) {
	built := filepath.Join(work, "built")
	if err := tool.build(ctx, p, built); err != nil {
		return nil, err
	}
	program, err := os.ReadFile(built)
	if err != nil {
		return nil, err
	}
	modules, err := tool.modules(ctx, p)
	if err != nil {
		return nil, err
	}
	licences, err := licencesOf(modules)
	if err != nil {
		return nil, err
	}
	return []file{
		{name: p.program(), data: program, executable: true},
		{name: "THIRD-PARTY-LICENSES.txt", data: licences},
	}, nil
}
