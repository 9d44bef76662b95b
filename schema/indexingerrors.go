package schema

import "regexp"

// IndexingError is a known reason for which the app cannot index a record.
type IndexingError struct {
	Code    Code
	Title   string // one line
	Cause   string
	Fix     string
	Source  string         // the page that the cause, the fix and the words of the app are from
	pattern *regexp.Regexp // of what the app or the host says
}

// The pages of the vendor's documentation, and of GitHub's.
const (
	vendorPages = "https://help.gitkraken.com/git-integration-for-jira-data-center/"
	githubPages = "https://docs.github.com/en/"
)

// IndexingErrors lists what is known, the more special before the more general.
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
	{"indexing-scope-missing", "the token lacks a scope",
		"The token may read the repositories, and not all that the app asks the host for, such as pull requests.",
		"give the token the missing scope; for GitHub: repo, read:org, read:user, read:discussion and user:email",
		vendorPages + "your-token-has-not-been-granted-the-required-scopes-gij-self-managed/",
		regexp.MustCompile(`(?i)INSUFFICIENT_SCOPES?|required scopes|read:org`)},
	{"indexing-organization-token", "the Azure DevOps token is for one organization",
		"The app asks for the user's profile, which a token of a single organization may not read. An expired token is refused in the same way.",
		"create the token for all accessible organizations, with the scope Code: Read",
		vendorPages + "personal-access-token-failing-azure-devops-integration-with-not-authorized-error-gij-self-managed/",
		regexp.MustCompile(`(?i)vssps\.visualstudio\.com\S*\s.*(401|unauthorized)`)},
	{"indexing-proxy-credentials", "the proxy of Jira wants credentials",
		"Jira reaches the host through a proxy, which refuses it. By default Java offers a proxy no Basic authentication for HTTPS.",
		`correct the proxy settings of Jira's Java, with jdk.http.auth.tunneling.disabledSchemes="", or add the host to its nonProxyHosts`,
		vendorPages + "proxy-settings-on-adding-integrations-(except-aws-codecommit)-gij-self-managed/",
		regexp.MustCompile(`(?i)(^|[ (:])407([ ):,.;]|$)|proxy authentication|unable to tunnel through proxy`)},
	{"indexing-clone-not-permitted", "the credential may not clone the repository",
		"The host knows the credential, which has no access to this repository, or it is wrong.",
		"try git clone with the same credential on the Jira server; give it read access to the repository, or correct it",
		vendorPages + "why-i-am-getting-the-error-git-upload-pack-not-permitted-gij-self-managed/",
		regexp.MustCompile(`(?i)git-upload-pack not (permitted|found)`)},
	// The words are JGit's and those of the hosts.
	{"indexing-token-refused", "the host refuses the credential",
		"It has expired, was revoked, or is wrong.",
		"create a new token, then send it with a sync",
		vendorPages + "why-i-am-getting-the-error-git-upload-pack-not-permitted-gij-self-managed/#having-invalid-credentials",
		regexp.MustCompile(`(?i)(^|[ (:])401([ ):,.;]|$)|bad credentials|not authorized|unauthorized|authentication (is required|failed)|invalid_token|token (was )?(expired|revoked)`)},
	{"indexing-rate-limited", "the host limits the rate of the app's requests",
		"The app asks the host more often than it allows.",
		"wait, then ask for the indexing again; use a credential of its own for each large integration",
		githubPages + "rest/using-the-rest-api/troubleshooting-the-rest-api",
		regexp.MustCompile(`(?i)(^|[ (:])429([ ):,.;]|$)|rate limit|too many requests`)},
	{"indexing-access-forbidden", "the host forbids the access",
		"The credential is valid and lacks a permission, or the organization requires single sign-on for it.",
		"give its user access, and authorize the token for the organization's single sign-on",
		githubPages + "authentication/authenticating-with-single-sign-on/authorizing-a-personal-access-token-for-use-with-single-sign-on",
		regexp.MustCompile(`(?i)(^|[ (:])403([ ):,.;]|$)|forbidden|SAML enforcement`)},
	{"indexing-open-files", "Jira has too many open files",
		"The operating system allows Jira's process too few open files.",
		"raise the limit of open files of the user that runs Jira, and restart Jira",
		vendorPages + "indexing-error-too-many-open-files-gij-self-managed/",
		regexp.MustCompile(`(?i)too many open files`)},
	{"indexing-object-too-large", "the repository has an object of more than 2 GB",
		"The app's git library (JGit) cannot read objects of that size.",
		"move the file to Git LFS and remove it from the history, or leave the repository out with an apiFilter",
		vendorPages + "error-while-reindexing-java-heap-space-object-too-large,-rejecting-the-pack-gij-self-managed/",
		regexp.MustCompile(`(?i)object too large|rejecting the pack`)},
	{"indexing-out-of-memory", "Jira has too little memory",
		"A large repository needs more heap than Jira's Java has.",
		"give Jira's Java more heap, or leave the repository out with an apiFilter",
		vendorPages + "avoid-outofmemory-exceptions-by-configuring-or-memory-allocation-with-jira-to-accommodate-large-repositories-gij-self-managed/",
		regexp.MustCompile(`(?i)java heap space|OutOfMemory|out of memory|GC overhead limit`)},
	{"indexing-certificate", "Jira does not trust the host's certificate",
		"The certificate is self-signed, expired, or of an authority that Jira's Java does not know.",
		"add the authority's certificate to the keystore of Jira's Java",
		vendorPages + "manually-connect-to-https-git-repositories-with-self-signed-ssl-certificates-or-other-ssl-issues-gij-self-managed/",
		regexp.MustCompile(`(?i)PKIX path|SSLHandshake|unable to find valid certification path|certificate (has )?expired`)},
	{"indexing-ssh-key", "the SSH key is not in a format that the app reads",
		"The app needs an RSA private key in PEM format.",
		"create a key with ssh-keygen -t rsa -b 4096 -m pem, and add it to the app",
		vendorPages + "ssh-key-file-format-is-invalid-gij-self-managed/",
		regexp.MustCompile(`(?i)invalid ?privatekey|private SSH key is invalid|key format is invalid`)},
	{"indexing-file-encoding", "Jira's file system cannot store the name of a branch or tag",
		"Jira's Java runs with a locale that lacks the characters of the name.",
		"run Jira with a UTF-8 locale, and restart it",
		vendorPages + "malformed-input-or-input-contains-unmappable-characters-gij-self-managed/",
		regexp.MustCompile(`(?i)unmappable characters|malformed input`)},
	{"indexing-database-encoding", "Jira's database cannot store a character of a pull request",
		"MySQL with the collation utf8_bin has no characters of four bytes, such as emoji.",
		"change the character set of Jira's database to utf8mb4 and its collation to utf8mb4_bin",
		vendorPages + "sqlexception-'incorrect-string-value'-in-merge-requests-gij-self-managed/",
		regexp.MustCompile(`(?i)incorrect string value`)},
	{"indexing-index-missing", "Jira's search index is damaged",
		"Files of the index are missing, for example after a disk failure.",
		"run a full reindex in Jira: Administration, System, Indexing",
		vendorPages + "jira-index-error--indexnotfoundexception--no-segments-file-found/",
		regexp.MustCompile(`(?i)IndexNotFoundException|no segments`)},
	{"indexing-pull-requests", "the app's index of pull requests is damaged",
		"A file of the index is not JSON. Versions of the app before 3.5.0.2 can leave it so.",
		"update the app; else disable it, delete caches/indexes/plugins/jira-git-pull-requests in Jira's home, enable it, and index again",
		vendorPages + "pull-request-index-error--jsonexception-gij-self-managed/",
		regexp.MustCompile(`(?i)reindex of merge requests|JSONObject text must begin`)},
	{"indexing-shared-home", "the file system of Jira's home has no hard links",
		"The app's git library (JGit) takes a CIFS mount, such as Azure Files, for NFS, which has them.",
		"set core.supportsatomicfilecreation to true in the .gitconfig of the user that runs Jira",
		vendorPages + "problems-with-shared-home-on-azure-storage-gij-self-managed/",
		regexp.MustCompile(`(?i)\.lock\S*: operation not supported`)},
	{"indexing-source-hidden", "the credential lists the repository and may not read its source",
		"Its user has too low a role in the repository.",
		"give the user at least the role Reporter on GitLab, or Read on GitHub",
		vendorPages + "cannot-auto-deploy-some-tracked-repositories-gij-self-managed/",
		regexp.MustCompile(`(?i)specified origin .*is incorrect or not supported`)},
	// The words are Java's.
	{"indexing-timeout", "the host took longer than the app waits",
		"A clone or fetch of a large repository takes longer than the app's time limit, 60 seconds by default.",
		"raise the timeout of git operations in the app's general settings",
		vendorPages + "git-operations-timeout-gij-self-managed/",
		regexp.MustCompile(`(?i)read timed out`)},
	// The words are the app's and Java's.
	{"indexing-host-unreachable", "Jira cannot reach the host",
		"Its name does not resolve, a firewall is in between, or the host is down.",
		"check the origin, and the connection from the Jira server to the host",
		vendorPages + "faq-repositories-gij-self-managed/",
		regexp.MustCompile(`(?i)UnknownHost|host or port specified in .*inaccessible|connection (refused|reset|timed out)|connect timed out|no route to host`)},
	{"indexing-gerrit-parents", "Gerrit's All-Projects and All-Users have no commits",
		"They and other parent projects hold settings only, which the app's git library (JGit) cannot clone.",
		"leave them out with an apiFilter, or set refSpecCustom to +refs/meta/*:refs/meta/*",
		vendorPages + "known-issues-gij-self-managed/#gerrit-integration-connected-with-errors",
		regexp.MustCompile(`(^|[ /"'])(All-Projects|All-Users)\b`)},
}
