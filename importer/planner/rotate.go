package planner

import (
	"strings"

	"gijbulk/schema"
)

// onlySecrets leaves of an update the secrets, and wants everything else as it is. A record without any to send
// stays unchanged, whatever else differs: that depends on what was sent last, and the digest of the plan must not.
func onlySecrets(a schema.Action) schema.Action {
	a.Want.Rules = nil
	if a.Op != schema.OpUpdate {
		return a
	}
	var secrets []schema.Change
	var others []string
	for _, c := range a.Changes {
		switch _, secret := c.To.Secret(); {
		case secret:
			secrets = append(secrets, c)
		case !c.Unseen:
			others = append(others, c.Field.String())
			a.Want = a.Want.Set(c.Field, c.From)
		}
	}
	if a.Changes = secrets; len(secrets) > 0 {
		return a
	}
	a.Op = schema.OpUnchanged
	if len(others) > 0 {
		a.Reason = "differs in " + strings.Join(others, ", ") + "; only secrets are sent"
	}
	return a
}
