package githost

import (
	"strings"
	"time"
)

// deadlineWarning is how long before its day a deadline is reported.
const deadlineWarning = 180 * 24 * time.Hour

// deadline is a day on which a host stops accepting a kind of credential.
type deadline struct {
	day      time.Time
	what     string
	advice   string
	concerns func(*account) bool
}

// deadlines are what hosts have announced.
var deadlines = []deadline{
	// https://devblogs.microsoft.com/devops/retirement-of-global-personal-access-tokens-in-azure-devops/
	{date(2026, 12, 1), "personal access tokens for all accessible organizations, which the app needs, stop working in Azure DevOps",
		"ask the vendor of the app which credentials it takes from then on", func(a *account) bool { return strings.HasSuffix(a.Host, "dev.azure.com") }},
	// https://www.atlassian.com/blog/bitbucket/bitbucket-cloud-transitions-to-api-tokens-enhancing-security-with-app-password-deprecation
	{date(2026, 7, 28), "app passwords stop working in Bitbucket Cloud",
		"make an API token, and use it with the account's email address as username", usesAppPassword},
}

// usesAppPassword reports whether a user name goes with an app password: those of API and
// access tokens are an email address, or begin with x-.
func usesAppPassword(a *account) bool {
	repository, ok := a.host.(plain)
	return ok && a.Host == "bitbucket.org" && repository.user != "" && !strings.Contains(repository.user, "@") && !strings.HasPrefix(repository.user, "x-")
}

func date(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}
