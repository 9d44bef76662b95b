package reports

import (
	"cmp"
	"fmt"
	"strings"

	"gijbulk/schema"
)

// LimitInfo is how near a plan is to a safety limit.
type LimitInfo struct {
	Action   string `json:"action"` // delete, update, or lose
	What     string `json:"what"`   // of which kind, such as repositories
	Count    int    `json:"count"`
	Of       int    `json:"of"`                // so many live ones
	Unknown  int    `json:"unknown,omitempty"` // of so many it is not known whether they are lost
	Limit    string `json:"limit"`             // as it was given
	Most     *int   `json:"most"`              // the largest count that it allows; null: any
	Exceeded bool   `json:"exceeded"`
	Forced   bool   `json:"forced,omitempty"` // it does not apply
	Flag     string `json:"flag"`             // that sets it
}

func limitInfo(u schema.LimitUse) LimitInfo {
	info := LimitInfo{Action: string(cmp.Or(u.Op, "lose")), What: u.What, Count: u.N, Of: u.Of, Unknown: u.Unknown, Limit: u.Limit,
		Exceeded: u.Exceeded, Forced: u.Forced, Flag: u.Flag}
	if u.Most >= 0 {
		info.Most = &u.Most
	}
	return info
}

func (l LimitInfo) refuses() bool { return l.Exceeded && !l.Forced }

// planned is such as "delete 2 of 24 integrations (8.3%)".
func (l LimitInfo) planned() string {
	text := fmt.Sprintf("%s %s of %s %s", l.Action, withSeparators(l.Count), withSeparators(l.Of), l.What)
	if l.Of > 0 {
		text += " (" + percent(l.Count, l.Of) + ")"
	}
	if l.Unknown > 0 {
		text += fmt.Sprintf(", not known of %s more", withSeparators(l.Unknown))
	}
	return text
}

// allowed is such as "2 (10%, --max-delete)".
func (l LimitInfo) allowed() string {
	if l.Most == nil {
		return "any number"
	}
	most := withSeparators(*l.Most)
	if l.Limit == most {
		return most + " (" + l.Flag + ")"
	}
	return fmt.Sprintf("%s (%s, %s)", most, l.Limit, l.Flag)
}

// verdict says how near the plan is to the limit.
func (l LimitInfo) verdict() string {
	switch {
	case l.Exceeded && l.Forced:
		return "exceeded, but forced"
	case l.Exceeded:
		return "exceeded"
	case l.Most == nil || l.Count < *l.Most:
		return "within the limit"
	}
	return "at the limit"
}

// refusal says why gijbulk would refuse the plan, or "".
func refusal(limits []LimitInfo) string {
	var parts []string
	for _, l := range limits {
		if l.refuses() {
			parts = append(parts, l.planned()+", at most "+l.allowed())
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return "gijbulk will refuse this plan: it would " + strings.Join(parts, "; it would ") + "."
}
