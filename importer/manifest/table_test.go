package manifest

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"gijbulk/schema"
)

func TestTables(t *testing.T) {
	plain := []string{
		`#1 2:1 type@2:1="GITHUB" displayName@2:8="Acme"`,
	}
	tell(t, []story{
		{"plain", "", CSV, "type,displayName\nGITHUB,Acme\n", plain},
		{"no final newline", "", CSV, "type,displayName\nGITHUB,Acme", plain},
		{"windows line ends", "", CSV, "type,displayName\r\nGITHUB,Acme\r\n", plain},
		{"old Mac line ends", "", CSV, "type,displayName\rGITHUB,Acme\r", plain},
		{"byte order mark", "", CSV, "\ufefftype,displayName\nGITHUB,Acme\n", plain},
		{"semicolons", "", CSV, "type;displayName\nGITHUB;Acme\n", plain},
		{"bars", "", CSV, "type|displayName\nGITHUB|Acme\n", plain},
		{"tabs in a csv", "", CSV, "type\tdisplayName\nGITHUB\tAcme\n", plain},
		{"tsv", "", TSV, "type\tdisplayName\nGITHUB\tAcme\n", plain},
		{"quoted header", "", CSV, "\"type\";\"displayName\"\nGITHUB;Acme\n", plain},
		{"a delimiter of the wrong kind in a name", "", CSV, "type;_a,b,c,d\nGITHUB;x\n",
			[]string{`#1 2:1 type@2:1="GITHUB" _a,b,c,d@2:8="x"`}},
		{"Excel's separator line", "", CSV, "sep=;\r\ntype;displayName\r\nGITHUB;Acme\r\n",
			[]string{`#1 3:1 type@3:1="GITHUB" displayName@3:8="Acme"`}},
		{"spelling of headers", "", CSV, "TYPE, Display_Name ,api-path\nGITHUB,Acme,/x\n",
			[]string{`#1 2:1 TYPE@2:1="GITHUB" Display_Name@2:8="Acme" api-path@2:13="/x"`}},
		{"cells stay text", "", CSV, "type,maxMinsToCommitEmail,folderDepth,disabled,displayName\nA,1.5,010, yes ,\\N\n",
			[]string{`#1 2:1 type@2:1="A" maxMinsToCommitEmail@2:3="1.5" folderDepth@2:7="010" disabled@2:11=" yes " displayName@2:17="\\N"`}},
		{"lines after embedded newlines", "", CSV, "type,displayName\nA,\"one\ntwo\r\nthree\"\n\nB,x\n", []string{
			`#1 2:1 type@2:1="A" displayName@2:3="one\ntwo\nthree"`,
			`#2 6:1 type@6:1="B" displayName@6:3="x"`,
		}},
		{"blank rows and cells", "", CSV, "type,displayName\n,\n\nA,\n , \n,B\n,,\n", []string{
			`#1 4:1 type@4:1="A"`,
			`#2 6:1 displayName@6:2="B"`,
		}},
		{"columns of one's own", "", CSV, "_id,type,_id\n7,A,\n", []string{`#1 2:1 _id@2:1="7" type@2:3="A"`}},
		{"columns without a name", "", CSV, "type,,\nA,,\nB,x,\n", []string{
			`#1 2:1 type@2:1="A"`,
			`#2 3:1 type@3:1="B"`,
			`  of #2 3:3 unknown-field : column 2 has a value, but no name in the header`,
		}},
	})
}

func TestHeaders(t *testing.T) {
	tell(t, []story{
		{"unknown names do not hide the rows", "", CSV, "type,dispalyName,zzz\nA,x,y\nB\n", []string{
			`1:6 unknown-field dispalyName: there is no such field; did you mean displayName?`,
			`1:18 unknown-field zzz: there is no such field`,
			`#1 2:1 type@2:1="A"`,
			`#2 3:1 type@3:1="B"`,
			`  of #2 3:1 short-row dispalyName: the row has 1 cell, the header 3`,
		}},
		{"names that mean the same", "", CSV, "origin,Origin,type\nx,y,A\n", []string{
			`1:8 duplicate-field Origin: columns 1 and 2 both mean origin`,
			`#1 2:1 origin@2:1="x" type@2:5="A"`,
		}},
		{"data instead of names", "", CSV, "GITHUB,https://example.org\nGITHUB,https://example.net\n",
			[]string{`1:1 no-header : no cell of the first row names a field`}},
		{"only misspelt names", "", CSV, "tpye,orign\nA,x\n",
			[]string{`1:1 no-header : no cell of the first row names a field; did you mean type by "tpye"?`}},
		{"only a header", "", CSV, "type,origin\n", []string{`0:0 file-empty : the file has no records`}},
		{"a broken quote in the header", "", CSV, "type,\"origin\nA,x\n",
			[]string{`1:6 syntax : the quote that begins here is never closed`}},
	})
}

// TestGuessesAreBounded: a header of thousands of unknown names is told of, each name, and
// only for the first of them it is guessed what they mean.
func TestGuessesAreBounded(t *testing.T) {
	names := append(slices.Repeat([]string{"orign"}, 2*mostGuesses), "type")
	_, flaws := judgeHeader(names)
	guesses := 0
	for _, f := range flaws {
		if strings.Contains(f.Message, "did you mean") {
			guesses++
		}
	}
	if len(flaws) != 2*mostGuesses || guesses != mostGuesses {
		t.Errorf("%d flaws, %d guesses", len(flaws), guesses)
	}
}

func TestUnevenRows(t *testing.T) {
	tell(t, []story{
		{"short", "", CSV, "type,origin,apiPath\nA,x\nB,y,/z\n", []string{
			`#1 2:1 type@2:1="A" origin@2:3="x"`,
			`  of #1 2:1 short-row apiPath: the row has 2 cells, the header 3`,
			`#2 3:1 type@3:1="B" origin@3:3="y" apiPath@3:5="/z"`,
		}},
		{"long", "", CSV, "type,origin\n\nA,x,y,z\nB,y\n", []string{
			`#1 3:1 type@3:1="A" origin@3:3="x"`,
			`  of #1 3:1 long-row origin: the row has 4 cells, the header 2; 2 cells at the end were left out`,
			`#2 4:1 type@4:1="B" origin@4:3="y"`,
		}},
		{"cut off", "", CSV, "type,origin,apiPath\nA,x,/z\nB,y", []string{
			`#1 2:1 type@2:1="A" origin@2:3="x" apiPath@2:5="/z"`,
			`3:1 truncated : the file ends in the middle of a row: the row has 2 cells, the header 3`,
		}},
		{"long at the end", "", CSV, "type\nA,x", []string{
			`#1 2:1 type@2:1="A"`,
			`  of #1 2:1 long-row type: the row has 2 cells, the header 1; 1 cell at the end was left out`,
		}},
		{"a secret that slipped to the right", "", CSV, "type,origin,pat,apiPath,tagsFilter\nA,x,y,hunter2,/z,v\n", []string{
			`#1 2:1 type@2:1="A" origin@2:3="x" pat@2:5="y" tagsFilter@2:15="/z"`,
			`  of #1 2:1 long-row tagsFilter: the row has 6 cells, the header 5; 1 cell at the end was left out`,
		}},
		{"a secret that slipped to the left", "", CSV, "type,origin,pat,apiPath\nA,hunter2,/z\n", []string{
			`#1 2:1 type@2:1="A" pat@2:11="/z"`,
			`  of #1 2:1 short-row apiPath: the row has 3 cells, the header 4`,
		}},
		{"a row of which nothing can be shown is still a record", "", CSV, "type,origin,apiPath,pat\nA\nB,y,/z,p\n", []string{
			`#1 2:1`,
			`  of #1 2:1 short-row origin: the row has 1 cell, the header 4`,
			`#2 3:1 type@3:1="B" origin@3:3="y" apiPath@3:5="/z" pat@3:8="p"`,
		}},
	})
}

func TestBrokenQuotes(t *testing.T) {
	const first = `#1 2:1 type@2:1="A" origin@2:3="x"`
	tell(t, []story{
		{"never closed", "", CSV, "type,origin\nA,x\n\nB,\"y\nC,z\n",
			[]string{first, `4:3 syntax : the quote that begins here is never closed`}},
		{"the file was cut", "", CSV, "type,origin\nA,x\nB,\"y\nC,z",
			[]string{first, `3:3 truncated : the file ends inside the quoted cell that begins here`}},
		{"closed by the quote of another row", "", CSV, "type,origin\nA,x\nB,\"y\nC,\"z\"\n",
			[]string{first, `3:3 syntax : the quoted cell that begins here goes on after its closing quote`}},
		{"after a cell of several lines", "", CSV, "sep=,\ntype,origin\nA,x\n\"B\nb\",\"y\" z\n",
			[]string{`#1 3:1 type@3:1="A" origin@3:3="x"`, `5:4 syntax : the quoted cell that begins here goes on after its closing quote`}},
		{"inside a plain cell", "", CSV, "type,origin\nA,x\nB,5\" disk\n",
			[]string{first, `3:4 syntax : a quote stands inside a cell that does not begin with one`}},
		{"inside a plain cell, more quotes after it", "", CSV, "type,origin\nA,x\nB,5\" disk\n" + strings.Repeat("C,\"y\nz\"\n", headSize),
			[]string{first, `3:4 syntax : a quote stands inside a cell that does not begin with one`}},
		{"doubled quotes before it", "", CSV, "type,origin\nA,x\n\"B\"\"b\",\"y\n",
			[]string{first, `3:8 syntax : the quote that begins here is never closed`}},
	})
}

func TestWideTables(t *testing.T) {
	for _, columns := range []int{16, 17, 64, 65, 200} {
		names, cells := []string{"type"}, []string{"A"}
		want := `#1 2:1 type@2:1="A"`
		for i := 1; i < columns; i++ {
			names, cells = append(names, fmt.Sprintf("_%d", i)), append(cells, fmt.Sprint(i%10))
			want += fmt.Sprintf(" _%d@2:%d=%q", i, 1+2*i, fmt.Sprint(i%10))
		}
		got := show(strings.NewReader(strings.Join(names, ",")+"\n"+strings.Join(cells, ",")+"\n"), "", CSV)
		if len(got) != 1 || got[0] != want {
			t.Errorf("%d columns: %q, want %q", columns, got, want)
		}
	}
}

// TestBatchesMakeNoDifference: wherever in a batch a short row and a broken one stand, the
// rows before and after are read, each with its position.
func TestBatchesMakeNoDifference(t *testing.T) {
	const rowSize = 1 << 10
	long := strings.Repeat("x", rowSize-len("A,,1\n"))
	const batch = batchSize / rowSize
	for _, even := range []int{1, batch - 1, batch, batch + 1, 3 * batch} {
		table := "type,_n,_m\n"
		var want []string
		for i := range even {
			table += "A," + long + ",1\n"
			want = append(want, fmt.Sprintf(`#%d %d:1 type@%[2]d:1="A" _n@%[2]d:3=%[3]q _m@%[2]d:%[4]d="1"`, i+1, i+2, long, rowSize-1))
		}
		table += "B,\"2\n\"\nC,3,4\nA,\"x\n"
		want = append(want, fmt.Sprintf(`#%d %d:1 type@%[2]d:1="B" _n@%[2]d:3="2\n"`, even+1, even+2),
			fmt.Sprintf("  of #%d %d:1 short-row _m: the row has 2 cells, the header 3", even+1, even+2),
			fmt.Sprintf(`#%d %d:1 type@%[2]d:1="C" _n@%[2]d:3="3" _m@%[2]d:5="4"`, even+2, even+4),
			fmt.Sprintf("%d:3 syntax : the quote that begins here is never closed", even+5))
		if got := show(strings.NewReader(table), "", CSV); !slices.Equal(got, want) {
			t.Errorf("after %d rows, the last are %.200q, want %.200q", even, got[max(0, len(got)-4):], want[len(want)-4:])
		}
	}
}

// TestRowsAreBoundAsTheyAre: gocsv binds many rows at once to the texts that the CSV reader
// gives for each.
func TestRowsAreBoundAsTheyAre(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		columns := rapid.IntRange(1, 40).Draw(t, "columns")
		row := rapid.SliceOfN(rapid.String(), columns, columns)
		rows := rapid.SliceOfN(row, 1, 20).Draw(t, "rows") // the first is the header
		all, err := bind(rows)
		if err != nil {
			t.Fatal(err)
		}
		bound := [][]string{rows[0]}
		for _, b := range all {
			bound = append(bound, b.Texts)
		}
		if diff := cmp.Diff(rows, bound); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestColumnsAreShared(t *testing.T) {
	var seen []schema.Entry
	for e := range Read(strings.NewReader("Type, _a \nA,1\nB,2\n"), "", CSV, schema.UTF8) {
		seen = append(seen, e)
	}
	if got := strings.Join(seen[0].Columns, "|"); got != "Type| _a " {
		t.Errorf("Columns = %q, want the header as written", got)
	}
	if &seen[0].Columns[0] != &seen[1].Columns[0] {
		t.Error("each entry has a header of its own")
	}
	if _ = append(seen[0].Cells, schema.Cell{Name: "x"}); seen[1].Cells[0].Name != "Type" {
		t.Error("appending to the cells of one entry changes the next")
	}
}

func TestLargeCells(t *testing.T) {
	large := strings.Repeat("x", 1<<20+1)
	tooLarge := 0
	var checker schema.Checker
	for e, err := range Read(strings.NewReader("type,displayName\nGITHUB,"+large+"\nGITHUB,Acme\n"), "", CSV, schema.UTF8) {
		if err != nil {
			t.Fatal(err)
		}
		findings := checker.Check(e).Findings
		for _, f := range findings {
			if f.Code == schema.CodeCellTooLarge && f.Place.Record == 1 && f.Place.Line == 2 {
				tooLarge++
			}
		}
	}
	if tooLarge != 1 {
		t.Errorf("%d findings of a cell of more than 1 MiB, want 1", tooLarge)
	}
}

// TestManyBlankLines: they are no part of the row after them, which may not be too large.
func TestManyBlankLines(t *testing.T) {
	table := "type\n" + strings.Repeat("\n", largestRow) + strings.Repeat("\r\n", largestRow) + "A\n"
	want := fmt.Sprintf(`#1 %d:1 type@%[1]d:1="A"`, 2*largestRow+2)
	if got := show(strings.NewReader(table), "", CSV); len(got) != 1 || got[0] != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// endless is a quoted cell without end.
type endless struct {
	head strings.Reader
	left int
}

func (e *endless) Read(p []byte) (int, error) {
	if n, err := e.head.Read(p); err == nil {
		return n, nil
	}
	n := copy(p, strings.Repeat("x", min(len(p), e.left)))
	if e.left -= n; n == 0 {
		return 0, errors.New("read to the end")
	}
	return n, nil
}

func TestEndlessCell(t *testing.T) {
	for _, tt := range []struct{ head, want string }{
		{"type,origin\nA,\"", "2:3 cell-too-large : the quoted cell that begins here makes its row larger than 4 MiB"},
		{"type,origin\nA,", "2:1 cell-too-large : the row that begins here is larger than 4 MiB"},
		{"type,origin\n\n\r\nA,", "4:1 cell-too-large : the row that begins here is larger than 4 MiB"},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		got := show(&endless{*strings.NewReader(tt.head), 200 << 20}, "", CSV)
		runtime.ReadMemStats(&after)
		if len(got) != 1 || got[0] != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
		if used := after.TotalAlloc - before.TotalAlloc; used > 64<<20 {
			t.Errorf("%d MiB were allocated for a cell of 200 MiB", used>>20)
		}
	}
}
