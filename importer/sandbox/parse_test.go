package sandbox

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestParseFaults(t *testing.T) {
	for text, want := range map[string]Faults{
		"":  {},
		" ": {},
		"seed=7,drop-after=3%,drop-before=3%,503=3%,hang=1%,cut=1%,latency=20ms": {Seed: 7, Latency: 20 * time.Millisecond,
			Rates: map[Fault]float64{DropAfter: 0.03, DropBefore: 0.03, "503": 0.03, Hang: 0.01, Cut: 0.01}},
		" 503-retry = 0.5 , reads = true, 502-after=0%": {Reads: true, Rates: map[Fault]float64{"503-retry": 0.5, "502-after": 0}},
		"captcha=#5,cut=#2-4,cut=POST#6-,401=GET /rest/api/2/myself#1": {Rules: []FaultRule{
			{Fault: Captcha, First: 5, Last: 5},
			{Fault: Cut, First: 2, Last: 4},
			{Fault: Cut, Method: "POST", First: 6},
			{Fault: "401", Method: "GET", Path: "/rest/api/2/myself", First: 1, Last: 1},
		}},
		"slow-after-cut=1%,slow-after-cut:10s=2%,504-slow:1m=#3": {
			Rates: map[Fault]float64{SlowAfterCut: 0.01, "slow-after-cut:10s": 0.02}, Rules: []FaultRule{{Fault: "504-slow:1m", First: 3, Last: 3}}},
		"list-lag=10s,list-cache:1m=#2,list-empty=#1": {
			Rates: map[Fault]float64{"list-lag:10s": 1}, Rules: []FaultRule{{Fault: "list-cache:1m", First: 2, Last: 2}, {Fault: ListEmpty, First: 1, Last: 1}}},
		"rewrite-names=spaces,other-admin=5%,other-admin:copy=#4,restore:3=#30,cut=100%": {
			Rates: map[Fault]float64{"rewrite-names:spaces": 1, OtherAdmin: 0.05, Cut: 1},
			Rules: []FaultRule{{Fault: "other-admin:copy", First: 4, Last: 4}, {Fault: "restore:3", First: 30, Last: 30}}},
		"hang=/rest/*/*/*#1,hang=1%": {Rates: map[Fault]float64{Hang: 0.01}, Rules: []FaultRule{{Fault: Hang, Path: "/rest/*/*/*", First: 1, Last: 1}}},
	} {
		got, err := ParseFaults(text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
}

func TestParseFaultsExplainsWhatIsWrong(t *testing.T) {
	for text, want := range map[string]string{
		"drop-aftr=3%":                  `faults: unknown name "drop-aftr"; did you mean "drop-after"?`,
		"sed=3":                         `faults: unknown name "sed"; did you mean "seed"?`,
		"latncy=3ms":                    `faults: unknown name "latncy"; did you mean "latency"?`,
		"503-rety=1%":                   `faults: unknown name "503-rety"; did you mean "503-retry"?`,
		"404=1%":                        `faults: unknown name "404"; did you mean "401"?`,
		"502-retry=1%":                  `faults: unknown name "502-retry"; did you mean "503-retry"?`,
		"elephant=1%":                   `faults: unknown name "elephant"`,
		"slow-after-cu:1s=#1":           `faults: unknown name "slow-after-cu"; did you mean "slow-after-cut"?`,
		"list-lg=1s":                    `faults: unknown name "list-lg"; did you mean "list-lag"?`,
		"rewrite-name=1%":               `faults: unknown name "rewrite-name"; did you mean "rewrite-names"?`,
		"otheradmin=1%":                 `faults: unknown name "otheradmin"; did you mean "other-admin"?`,
		"slow-after-cut:10=#1":          `faults: slow-after-cut: parameter "10": want a duration, such as slow-after-cut:5s`,
		"502-slow:0s=#1":                `faults: 502-slow: parameter "0s": want a duration, such as 502-slow:5s`,
		"list-lag=soon":                 `faults: list-lag: parameter "soon": want a duration, such as list-lag:5s`,
		"list-cache=10s,list-cache=20s": `faults: list-cache is given twice`,
		"list-lag=10s,list-lag:10s=50%": `faults: list-lag:10s is given twice`,
		"list-lag=10s,list-cache=10s":   `faults: the rates sum up to 200%, which is more than 100%`,
		"restore:0=#1":                  `faults: restore: parameter "0": want a number of changes from 1 to 1000, such as restore:5`,
		"other-admin:renam=#1":          `faults: other-admin: unknown parameter "renam"; did you mean "rename"?`,
		"rewrite-names=lowercase":       `faults: rewrite-names: unknown parameter "lowercase"; did you mean "lower"?`,
		"rewrite-names=everything":      `faults: rewrite-names: unknown parameter "everything"; want one of: spaces, lower, short, nfc`,
		"cut:5s=#1":                     `faults: cut: takes no parameter`,
		"slow-after-cut=5s":             `faults: slow-after-cut: chance "5s": want a percentage from 0% to 100%, such as 3%`,
		"drop-after":                    `faults: "drop-after": want name=value, such as drop-after=3%`,
		"cut=1%,":                       `faults: "": want name=value, such as drop-after=3%`,
		"cut=1%,cut=2%":                 `faults: cut is given twice`,
		"seed=1,seed=1":                 `faults: seed is given twice`,
		"seed=-1":                       `faults: seed "-1": want a whole number, such as 7`,
		"latency=20":                    `faults: latency "20": want a duration, such as 20ms`,
		"latency=-20ms":                 `latency -20ms: must not be negative`,
		"reads=perhaps":                 `faults: reads "perhaps": want true or false`,
		"cut=3":                         `faults: cut: chance "3": want a percentage from 0% to 100%, such as 3%`,
		"cut=-1%":                       `faults: cut: chance "-1%": want a percentage from 0% to 100%, such as 3%`,
		"cut=NaN":                       `faults: cut: chance "NaN": want a percentage from 0% to 100%, such as 3%`,
		"cut=many":                      `faults: cut: chance "many": want a percentage from 0% to 100%, such as 3%`,
		"cut=60%,hang=60%":              `faults: the rates sum up to 120%, which is more than 100%`,
		"cut=#0":                        `faults: cut: want the number of a request, from 1, or a range after #: #3, #3-5, #3-`,
		"cut=#x-2":                      `faults: cut: want the number of a request, from 1, or a range after #: #3, #3-5, #3-`,
		"cut=#2-x":                      `faults: cut: want the number of a request, from 1, or a range after #: #3, #3-5, #3-`,
		"cut=#4-2":                      `fault cut: requests 4 to 2: must count up from 1`,
		"cut=post#1":                    `faults: cut: rule "post#1": want a method, then a path, then # and numbers, such as POST /rest/gitplugin/1.0/integration#2-4`,
		"cut=/x POST#1":                 `faults: cut: rule "/x POST#1": want a method, then a path, then # and numbers, such as POST /rest/gitplugin/1.0/integration#2-4`,
		"cut=GET /rest/[#1-":            `fault cut: path "/rest/[": syntax error in pattern`,
	} {
		got, err := ParseFaults(text)
		if err == nil || err.Error() != want {
			t.Errorf("%q:\ngot  %v\nwant %s", text, err, want)
		}
		if diff := cmp.Diff(Faults{}, got); diff != "" {
			t.Errorf("%q: an error, and yet faults (-want +got):\n%s", text, diff)
		}
	}
}

func FuzzParseFaults(f *testing.F) {
	f.Add("seed=7,drop-after=3%,503=3%,hang=1%,latency=20ms,reads=true")
	f.Add("captcha=#5,cut=#2-4,cut=POST#6-,401=GET /rest/api/2/myself#1")
	f.Add("599-after=1e-9,cut=0.1%")
	f.Add("list-lag=10s,rewrite-names=nfc,slow-after-cut:1m=3%,504-slow:2s=#2,restore:3=#9-,other-admin:add=5%")
	f.Add("cut=-0")
	f.Fuzz(func(t *testing.T, text string) {
		first, err := ParseFaults(text)
		if err != nil {
			return
		}
		again, err := ParseFaults(first.String())
		if err != nil {
			t.Fatalf("%q gives %q, which is refused: %v", text, first, err)
		}
		if diff := cmp.Diff(first, again); diff != "" {
			t.Errorf("%q gives %q, which reads back different (-first +again):\n%s", text, first, diff)
		}
		if _, err := newScript(first); err != nil {
			t.Errorf("%q parses and is refused by New: %v", text, err)
		}
	})
}
