// Command gijdist packs gijbulk for those who install it: for each platform an archive
// with the static program, completions, manual pages, the texts and the licences of what
// it is made with; for Linux a deb, an rpm and an image of containers as well; and
// SHA256SUMS over all of them.
//
// Two runs over the same commit with the same Go give the same bytes, wherever and
// whenever they are done: the program knows no paths, and an archive has its files in one
// order, without an owner, at the time of the commit.
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
	"slices"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("gijdist: ")
	var r release
	flag.StringVar(&r.into, "o", "dist", "the folder for what is made; what an earlier run left there is removed")
	flag.StringVar(&r.tool.command, "go", "go", "the go command to build with")
	flag.StringVar(&r.maintainer, "maintainer", "gijbulk <gijbulk@example.invalid>", "who answers for the packages: NAME <ADDRESS>")
	flag.StringVar(&r.url, "url", "", "where the archives will be; with it, what Homebrew and Scoop install from is written too")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := r.run(ctx); err != nil {
		log.Fatal(err)
	}
}

// release is what is asked for. It is made in the root of the product's module.
type release struct {
	tool                  toolchain
	maintainer, url, into string
}

func (r release) run(ctx context.Context) error {
	work, err := os.MkdirTemp("", "gijdist")
	if err != nil {
		return err
	}
	return errors.Join(r.make(ctx, work), os.RemoveAll(work))
}

func (r release) make(ctx context.Context, work string) error {
	made, shared, err := r.prepare(ctx, work)
	if err != nil {
		return err
	}
	if err := clearEarlier(r.into); err != nil {
		return err
	}
	var programs []program
	for _, p := range platforms() {
		built, err := r.tool.program(ctx, p, filepath.Join(work, "built"))
		if err != nil {
			return fmt.Errorf("%s: %w", p, err)
		}
		programs = append(programs, built)
	}
	names, err := r.pack(made, work, programs, shared)
	if err != nil {
		return err
	}
	zones, err := r.tool.zones(ctx)
	if err != nil {
		return err
	}
	image, err := packImage(r.into, filepath.Join(work, "image"), made, programs, zones)
	if err != nil {
		return fmt.Errorf("the image: %w", err)
	}
	sbom, err := writeSBOM(r.into, made, programs)
	if err != nil {
		return fmt.Errorf("the list of modules: %w", err)
	}
	names = append(names, image, sbom)
	if r.url != "" {
		formulas, err := writeFormulas(r.into, made, r.url)
		if err != nil {
			return err
		}
		names = append(names, formulas...)
	}
	for _, name := range names {
		log.Printf("%s", filepath.Join(r.into, name))
	}
	return writeSums(r.into, names)
}

// prepare finds out what is built, and gives the files that all platforms share.
func (r release) prepare(ctx context.Context, work string) (made origin, shared []file, err error) {
	host := hostPlatform()
	program := filepath.Join(work, host.program())
	if err := r.tool.build(ctx, host, program); err != nil {
		return made, nil, err
	}
	if made, err = readOrigin(program); err != nil {
		return made, nil, err
	}
	if made.modified {
		log.Printf("the sources differ from the commit: it does not give these files again")
	}
	if shared, err = texts("."); err != nil {
		return made, nil, err
	}
	completions, err := completionScripts(ctx, program)
	return made, append(shared, completions...), err
}

// pack writes the archives of all platforms, and the packages of Linux.
func (r release) pack(made origin, work string, programs []program, shared []file) (names []string, err error) {
	units, err := packageFiles(".")
	if err != nil {
		return nil, err
	}
	for _, built := range programs {
		own, err := built.files()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", built.platform, err)
		}
		all := slices.Concat(own, shared)
		name, err := pack(r.into, made, built.platform, all)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", built.platform, err)
		}
		names = append(names, name)
		if built.platform.os == "linux" {
			packages, err := packLinux(r.into, filepath.Join(work, built.platform.arch), made, built.platform.arch, r.maintainer, append(all, units...))
			if err != nil {
				return nil, fmt.Errorf("%s: %w", built.platform, err)
			}
			names = append(names, packages...)
		}
	}
	return names, nil
}

// program is one that was built, and what is in it.
type program struct {
	platform platform
	data     []byte
	modules  []module
}

func (t toolchain) program(ctx context.Context, p platform, into string) (built program, err error) {
	if err := t.build(ctx, p, into); err != nil {
		return program{}, err
	}
	built.platform = p
	if built.data, err = os.ReadFile(into); err != nil {
		return program{}, err
	}
	built.modules, err = t.modules(ctx, p)
	return built, err
}

// files are what only one platform has: its program, and the licences of what is in it.
func (b program) files() ([]file, error) {
	licences, err := licencesOf(b.modules)
	if err != nil {
		return nil, err
	}
	return []file{
		{name: b.platform.program(), data: b.data, executable: true},
		{name: "THIRD-PARTY-LICENSES.txt", data: licences},
	}, nil
}
