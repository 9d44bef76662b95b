package sandbox

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// settings are the names of the textual form that are no faults.
var settings = []string{"seed", "latency", "reads"}

// FaultNames are what may stand before = in the textual form of Faults: the settings and the
// faults, without the rarer status codes.
func FaultNames() []string { return append(slices.Clone(settings), faultNames...) }

// ParseFaults reads the textual form of Faults: a comma-separated list such as
//
//	seed=7,drop-after=3%,503=3%,hang=1%,latency=20ms,reads=true
//	captcha=#5,cut=#2-4,401=GET /rest/api/2/myself#1-
//	slow-after-cut:10s=3%,list-lag=10s,rewrite-names=spaces,restore:3=#30,other-admin:copy=#4
//
// A fault has a chance (3% or 0.03), or a rule: an optional method, an optional path, and after # the number of the
// request, or the first and the last of them; without a last one it has no end. A fault may have several rules. A parameter
// follows its name after a colon; list-lag=10s is short for list-lag:10s=100%, and so for list-cache and rewrite-names. The
// empty text is no faults.
func ParseFaults(text string) (Faults, error) {
	var f Faults
	if strings.TrimSpace(text) == "" {
		return f, nil
	}
	given := map[string]bool{}
	for part := range strings.SplitSeq(text, ",") {
		name, value, ok := strings.Cut(part, "=")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if !ok {
			return Faults{}, fmt.Errorf("faults: %q: want name=value, such as drop-after=3%%", strings.TrimSpace(part))
		}
		rule := strings.Contains(value, "#")
		if !rule && given[name] {
			return Faults{}, fmt.Errorf("faults: %s is given twice", name)
		}
		given[name] = given[name] || !rule
		if err := f.parse(name, value); err != nil {
			return Faults{}, fmt.Errorf("faults: %w", err)
		}
	}
	if err := f.check(); err != nil {
		return Faults{}, err
	}
	return f, nil
}

func (f *Faults) parse(name, value string) (err error) {
	switch name {
	case "seed":
		if f.Seed, err = strconv.ParseUint(value, 10, 64); err != nil {
			return fmt.Errorf("seed %q: want a whole number, such as 7", value)
		}
		return nil
	case "latency":
		if f.Latency, err = time.ParseDuration(value); err != nil {
			return fmt.Errorf("latency %q: want a duration, such as 20ms", value)
		}
		return nil
	case "reads":
		if f.Reads, err = strconv.ParseBool(value); err != nil {
			return fmt.Errorf("reads %q: want true or false", value)
		}
		return nil
	}
	fault := Fault(name)
	if !fault.known() {
		return fmt.Errorf("unknown name %q%s", string(fault.name()), suggest(string(fault.name()), FaultNames()))
	}
	if err := fault.checkParameter(); err != nil {
		return err
	}
	if strings.Contains(value, "#") {
		rule, err := parseRule(value)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		rule.Fault = fault
		f.Rules = append(f.Rules, rule)
		return nil
	}
	rate, err := parseRate(value)
	if err != nil && fault.lasting() {
		fault, rate, err = Fault(name+":"+value), 1, nil
		if err := fault.checkParameter(); err != nil {
			return err
		}
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if _, twice := f.Rates[fault]; twice {
		return fmt.Errorf("%s is given twice", fault)
	}
	if f.Rates == nil {
		f.Rates = map[Fault]float64{}
	}
	f.Rates[fault] = rate
	return nil
}

func parseRate(value string) (float64, error) {
	number, percent := strings.CutSuffix(value, "%")
	rate, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	if percent {
		rate /= 100
	}
	if err != nil || !(rate >= 0 && rate <= 1) {
		return 0, fmt.Errorf("chance %q: want a percentage from 0%% to 100%%, such as 3%%", value)
	}
	return math.Abs(rate), nil // -0 is 0
}

// parseRule reads [METHOD] [PATH]#FIRST[-[LAST]].
func parseRule(value string) (FaultRule, error) {
	var r FaultRule
	target, numbers, _ := strings.Cut(value, "#")
	for _, word := range strings.Fields(target) {
		switch {
		case strings.HasPrefix(word, "/") && r.Path == "":
			r.Path = word
		case slices.Contains(ruleMethods, word) && r.Method == "" && r.Path == "":
			r.Method = word
		default:
			return FaultRule{}, fmt.Errorf("rule %q: want a method, then a path, then # and numbers, such as POST /rest/gitplugin/1.0/integration#2-4", value)
		}
	}
	first, last, ranged := strings.Cut(numbers, "-")
	var err error
	if r.First, err = parseOrdinal(first); err != nil {
		return FaultRule{}, err
	}
	switch {
	case !ranged:
		r.Last = r.First
	case last != "":
		if r.Last, err = parseOrdinal(last); err != nil {
			return FaultRule{}, err
		}
	}
	return r, nil
}

var ruleMethods = []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodDelete}

func parseOrdinal(text string) (int, error) {
	n, err := strconv.Atoi(strings.TrimSpace(text))
	if err != nil || n < 1 {
		return 0, errors.New("want the number of a request, from 1, or a range after #: #3, #3-5, #3-")
	}
	return n, nil
}

// String is the textual form, which ParseFaults reads back equal.
func (f Faults) String() string {
	parts := []string{"seed=" + strconv.FormatUint(f.Seed, 10)}
	if f.Latency != 0 {
		parts = append(parts, "latency="+f.Latency.String())
	}
	if f.Reads {
		parts = append(parts, "reads=true")
	}
	for _, fault := range slices.Sorted(maps.Keys(f.Rates)) {
		parts = append(parts, string(fault)+"="+strconv.FormatFloat(f.Rates[fault], 'g', -1, 64))
	}
	for _, rule := range f.Rules {
		parts = append(parts, string(rule.Fault)+"="+rule.String())
	}
	return strings.Join(parts, ",")
}

// String is the rule's part of the textual form, without the fault.
func (r FaultRule) String() string {
	numbers := strconv.Itoa(max(r.First, 1))
	switch r.Last {
	case 0:
		numbers += "-"
	case max(r.First, 1):
	default:
		numbers += "-" + strconv.Itoa(r.Last)
	}
	return strings.TrimSpace(r.Method+" "+r.Path) + "#" + numbers
}
