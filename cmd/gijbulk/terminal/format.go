package terminal

import (
	"fmt"
	"strings"
	"time"

	"gijbulk/schema"
)

// Counts writes how many records have which status, such as "2 created, 1 failed".
func Counts(counts map[schema.Status]int) string {
	var parts []string
	for _, s := range schema.Statuses() {
		if n := counts[s]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, s))
		}
	}
	return strings.Join(parts, ", ")
}

// seconds rounds up: 0 s would say that there is no wait.
func seconds(d time.Duration) string {
	return fmt.Sprintf("%d s", (d+time.Second-1)/time.Second)
}

func estimate(d time.Duration) string {
	switch {
	case d < 2*time.Minute:
		return seconds(d)
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min", d.Round(time.Minute)/time.Minute)
	}
	return fmt.Sprintf("%d h", d.Round(time.Hour)/time.Hour)
}

func rate(each time.Duration) string {
	switch perSecond := float64(time.Second) / float64(max(each, 1)); {
	case perSecond >= 9.5:
		return fmt.Sprintf("%.0f/s", perSecond)
	case perSecond >= 0.95:
		return fmt.Sprintf("%.1f/s", perSecond)
	default:
		return fmt.Sprintf("%.0f/min", 60*perSecond)
	}
}
