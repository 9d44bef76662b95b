package planfile

import (
	"time"

	"gijbulk/schema"
)

// Version is the version of plan.json that this package writes and reads.
const Version = 1

// File is a plan with all that it was made from.
type File struct {
	Gijbulk  string // the version of the tool that made it
	Created  time.Time
	Target   Target
	Command  string // what carries it out: "sync", or "import" which only creates
	Options  Options
	Files    []string         // of the manifests
	Records  []schema.Record  // all wanted ones, with project keys as in the manifest
	Projects map[string]int64 // what these keys stood for
	Findings []schema.Finding // about whole files
	Plan     schema.Plan      // its live records have what the plan depends on
	Digest   string           // of the plan
}

// Target is the Jira that a plan is for.
type Target struct {
	BaseURL string `json:"baseUrl"` // as it calls itself
	URL     string `json:"url"`     // under which it was reached
}

// Options are those that a plan was made with, and that it is carried out with.
type Options struct {
	Prune         bool     `json:"prune"`                 // what is on the server and not in the manifests is deleted
	DeleteFiles   bool     `json:"deleteFiles"`           // the clones of what is deleted go as well
	ResendSecrets bool     `json:"resendSecrets"`         // secrets are sent again although they have not changed
	OnlySecrets   bool     `json:"onlySecrets,omitempty"` // nothing but secrets is sent
	SkipInvalid   bool     `json:"skipInvalid"`           // records with errors are left out
	AllowDropped  bool     `json:"allowDropped"`          // records of types that the vendor no longer supports may be created
	MaxDelete     string   `json:"maxDelete"`             // the safety limits
	MaxUpdate     string   `json:"maxUpdate"`
	MaxLost       string   `json:"maxLost,omitempty"` // the safety limit on lost nested repositories; absent: the default
	Force         bool     `json:"force"`             // none of the limits applies
	Match         string   `json:"match"`             // which of the records are acted on
	Types         []string `json:"types"`
	Waves         []int    `json:"waves"`
	Limit         int      `json:"limit"`
}
