package schema

import "regexp"

// IndexingError is a known reason for which the app cannot index a record.
type IndexingError struct {
	Code    Code
	Title   string // one line
	Cause   string
	Fix     string
	pattern *regexp.Regexp // of what the app or the host says
}

// IndexingErrors lists what is known, the more special before the more general. The sources are pages
// of the vendor's troubleshooting articles, by their titles, and messages of git, Java and the hosts.
func IndexingErrors() []IndexingError { return indexingErrors }

// ExplainIndexing finds the known reason for what the app says; known is false where there is none.
func ExplainIndexing(text string) (e IndexingError, known bool) {
	for _, e := range indexingErrors {
		if e.pattern.MatchString(text) {
			return e, true
		}
	}
	return IndexingError{}, false
}

// IndexingAdvice says what to do about a failed indexing, given what the app says about it.
func IndexingAdvice(errors []string) string {
	for _, text := range errors {
		if e, known := ExplainIndexing(text); known {
			return e.Title + ": " + e.Fix
		}
	}
	return "check what the git host answers to these credentials, and correct the record: the app indexes it again automatically"
}

var indexingErrors = []IndexingError{
	// "Your token has not been granted the required scopes".
	{"indexing-scope-missing", "the token lacks a scope",
		"The token may read the repositories, and not all that the app asks the host for, such as pull requests.",
		"give the token the missing scope; for GitHub: repo, read:org, read:user, read:discussion and user:email",
		regexp.MustCompile(`(?i)INSUFFICIENT_SCOPES?|required scopes|read:org`)},
	// "Personal access token failing Azure DevOps integration with Not Authorized error".
	{"indexing-organization-token", "the Azure DevOps token is for one organization",
		"The app asks for the user's profile, which a token of a single organization may not read. An expired token is refused in the same way.",
		"create the token for all accessible organizations, with the scope Code: Read",
		regexp.MustCompile(`(?i)vssps\.visualstudio\.com\S*\s.*(401|unauthorized)`)},
	// "TFS - Not authorized exception when Jira works thru proxy".
	{"indexing-proxy-credentials", "the proxy of Jira wants credentials",
		"Jira reaches the host through a proxy, which refuses it.",
		"correct the proxy settings of Jira's Java, or add the host to its nonProxyHosts",
		regexp.MustCompile(`(?i)(^|[ (:])407([ ):,.;]|$)|proxy authentication`)},
	// "Why I am getting the error, git-upload-pack not permitted".
	{"indexing-clone-not-permitted", "the credential may not clone the repository",
		"The host knows the credential, which has no access to this repository, or it is wrong.",
		"try git clone with the same credential on the Jira server; give it read access to the repository, or correct it",
		regexp.MustCompile(`(?i)git-upload-pack not (permitted|found)`)},
	// The hosts' and JGit's own words; the same article as before.
	{"indexing-token-refused", "the host refuses the credential",
		"It has expired, was revoked, or is wrong.",
		"create a new token, then send it with a sync",
		regexp.MustCompile(`(?i)(^|[ (:])401([ ):,.;]|$)|bad credentials|not authorized|unauthorized|authentication (is required|failed)|invalid_token|token (was )?(expired|revoked)`)},
	// GitHub's "API rate limit exceeded", and HTTP.
	{"indexing-rate-limited", "the host limits the rate of the app's requests",
		"The app asks the host more often than it allows.",
		"wait, then ask for the indexing again; use a credential of its own for each large integration",
		regexp.MustCompile(`(?i)(^|[ (:])429([ ):,.;]|$)|rate limit|too many requests`)},
	// GitHub's message to tokens that single sign-on has not authorized, and HTTP.
	{"indexing-access-forbidden", "the host forbids the access",
		"The credential is valid and lacks a permission, or the organization requires single sign-on for it.",
		"give its user access, and authorize the token for the organization's single sign-on",
		regexp.MustCompile(`(?i)(^|[ (:])403([ ):,.;]|$)|forbidden|SAML enforcement`)},
	// "Indexing error - Too many open files".
	{"indexing-open-files", "Jira has too many open files",
		"The operating system allows Jira's process too few open files.",
		"raise the limit of open files of the user that runs Jira, and restart Jira",
		regexp.MustCompile(`(?i)too many open files`)},
	// "Error while reindexing - Java heap space / Object too large, rejecting the pack".
	{"indexing-object-too-large", "the repository has an object of more than 2 GB",
		"The app's git library (JGit) cannot read objects of that size.",
		"move the file to Git LFS and remove it from the history, or leave the repository out with an apiFilter",
		regexp.MustCompile(`(?i)object too large|rejecting the pack`)},
	// "Avoid OutOfMemory exceptions by configuring or memory allocation with Jira to accommodate large repositories".
	{"indexing-out-of-memory", "Jira has too little memory",
		"A large repository needs more heap than Jira's Java has.",
		"give Jira's Java more heap, or leave the repository out with an apiFilter",
		regexp.MustCompile(`(?i)java heap space|OutOfMemory`)},
	// "Manually connect to HTTPS git repositories with self-signed SSL certificates or other SSL issues".
	{"indexing-certificate", "Jira does not trust the host's certificate",
		"The certificate is self-signed, expired, or of an authority that Jira's Java does not know.",
		"add the authority's certificate to the keystore of Jira's Java",
		regexp.MustCompile(`(?i)PKIX path|SSLHandshake|unable to find valid certification path|certificate (has )?expired`)},
	// "SSH key file format is invalid".
	{"indexing-ssh-key", "the SSH key is not in a format that the app reads",
		"The app needs an RSA private key in PEM format.",
		"create a key with ssh-keygen -t rsa -b 4096 -m pem, and add it to the app",
		regexp.MustCompile(`(?i)invalid ?privatekey|private SSH key is invalid|key format is invalid`)},
	// "Malformed input or input contains unmappable characters".
	{"indexing-file-encoding", "Jira's file system cannot store the name of a branch or tag",
		"Jira's Java runs with a locale that lacks the characters of the name.",
		"run Jira with a UTF-8 locale, and restart it",
		regexp.MustCompile(`(?i)unmappable characters|malformed input`)},
	// "Jira index error IndexNotFoundException - no segments* file found".
	{"indexing-index-missing", "Jira's search index is damaged",
		"Files of the index are missing, for example after a disk failure.",
		"run a full reindex in Jira: Administration, System, Indexing",
		regexp.MustCompile(`(?i)IndexNotFoundException|no segments`)},
	// Java's own words.
	{"indexing-host-unreachable", "Jira cannot reach the host",
		"Its name does not resolve, a firewall is in between, or the host is down.",
		"check the origin, and the connection from the Jira server to the host",
		regexp.MustCompile(`(?i)UnknownHost|connection (refused|reset|timed out)|connect timed out|no route to host`)},
}
