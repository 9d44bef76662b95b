package schema

// Code is the stable name of a kind of finding.
type Code string

// The codes: first what is wrong with a file, then with a cell, then with a record, and
// what a conversion has to say.
const (
	CodeFileUnreadable     Code = "file-unreadable"
	CodeFileEmpty          Code = "file-empty"
	CodeFileBinary         Code = "file-binary"
	CodeFormatUnknown      Code = "format-unknown"
	CodeBadEncoding        Code = "bad-encoding"
	CodeSyntax             Code = "syntax"
	CodeTruncated          Code = "truncated"
	CodeAliasTooLarge      Code = "alias-too-large"
	CodeUnknownVersion     Code = "unknown-version"
	CodeNotARecord         Code = "not-a-record"
	CodeNoHeader           Code = "no-header"
	CodeUnknownField       Code = "unknown-field"
	CodeDuplicateField     Code = "duplicate-field"
	CodeShortRow           Code = "short-row"
	CodeLongRow            Code = "long-row"
	CodeCellTooLarge       Code = "cell-too-large"
	CodeNotText            Code = "not-a-text"
	CodeNotBoolean         Code = "not-a-boolean"
	CodeNotInteger         Code = "not-an-integer"
	CodeNotList            Code = "not-a-list"
	CodeOutOfRange         Code = "out-of-range"
	CodeControlChar        Code = "control-character"
	CodeOuterSpace         Code = "outer-space"
	CodeUnknownKind        Code = "unknown-kind"
	CodeKindMisplaced      Code = "kind-misplaced"
	CodeFieldOfOtherKind   Code = "field-of-other-kind"
	CodeReadOnlyField      Code = "read-only-field"
	CodeMatchRequired      Code = "match-required"
	CodeBadMatch           Code = "bad-match"
	CodeEmptyRule          Code = "rule-without-fields"
	CodeUnreachableRule    Code = "unreachable-rule"
	CodeUnknownIntegration Code = "unknown-integration"
	CodeRuleNotApplied     Code = "rule-not-applied"
	CodeTypeRequired       Code = "type-required"
	CodeUnknownType        Code = "unknown-type"
	CodeDroppedType        Code = "dropped-type"
	CodeOriginRequired     Code = "origin-required"
	CodeBadOrigin          Code = "bad-origin"
	CodeOriginLogin        Code = "origin-credentials"
	CodeOriginMisfit       Code = "origin-fits-other-type"
	CodeLoginRequired      Code = "credentials-required"
	CodeLoginRefused       Code = "credentials-refused"
	CodePatAndPassword     Code = "pat-and-password"
	CodePlainSecret        Code = "plain-secret"
	CodeBadReference       Code = "bad-secret-reference"
	CodeForeignReference   Code = "foreign-reference"
	CodeSecretMissing      Code = "secret-unresolved"
	CodeLoginOverHTTP      Code = "credentials-over-http"
	CodeSslUnverified      Code = "ssl-verification-disabled"
	CodeFieldRefused       Code = "field-refused"
	CodeDepthRequired      Code = "folder-depth-required"
	CodeRegionRequired     Code = "aws-region-required"
	CodeDeprecatedField    Code = "deprecated-field"
	CodeUnknownRegion      Code = "unknown-region"
	CodeBadAPIPath         Code = "bad-api-path"
	CodeBadFilter          Code = "bad-api-filter"
	CodeFilterPipe         Code = "api-filter-escaped-pipe"
	CodeFilterFunction     Code = "api-filter-unknown-function"
	CodeFilterShape        Code = "filter-shape"
	CodeFilterPaging       Code = "filter-paging"
	CodePathOnType         Code = "path-on-type"
	CodeBadPattern         Code = "bad-pattern"
	CodePatternUnjudged    Code = "pattern-not-judged"
	CodeBadRefspec         Code = "bad-refspec"
	CodeGlobalProjects     Code = "global-with-projects"
	CodeOpenToAllProjects  Code = "open-to-all-projects"
	CodeViewerNoProject    Code = "viewer-without-project"
	CodeBadProjectKey      Code = "bad-project-key"
	CodeUnknownProject     Code = "unknown-project"
	CodeDuplicateRecord    Code = "duplicate-record"
	CodeIDWithoutTarget    Code = "id-without-target"
	CodeIDIgnored          Code = "id-ignored"
	CodeIDReassigned       Code = "id-reassigned"
	CodeSetNotShared       Code = "set-not-shared"
	CodeRewrittenName      Code = "rewritten-name"
	CodeInIntegration      Code = "repository-in-integration"
	CodeLossUnknown        Code = "loss-unknown"
	CodeListingPage        Code = "listing-page"
	CodeListingSplit       Code = "listing-split"
	CodeListingNotFiltered Code = "listing-not-filtered"
	CodeListingNotHeld     Code = "listing-not-held"
	CodeExportNotHeld      Code = "export-not-held"
	CodeNotRestored        Code = "not-restored"

	// What git hosts say.
	CodeCredentialRefused Code = "credential-refused"
	CodeCredentialExpires Code = "credential-expires"
	CodeScopeMissing      Code = "scope-missing"
	CodePathRefused       Code = "path-refused"
	CodeFilterFails       Code = "filter-fails"
	CodeListPartial       Code = "list-partial"
	CodeListsNothing      Code = "lists-nothing"
	CodeListsMany         Code = "lists-many"
	CodeListsTwice        Code = "lists-twice"
	CodeUnreachable       Code = "unreachable"
	CodeHostDeadline      Code = "host-deadline"
)

// Explanation is what the tool knows about a code.
type Explanation struct {
	Code    Code
	Level   Level
	Title   string // one line
	Why     string // why it is judged so
	Advice  string // what to do, in general
	Example string // one that the code would be given for, or ""
}

// Explanation looks the code up in the table; the zero Explanation is that of a code
// that is not in it.
func (c Code) Explanation() Explanation {
	i, ok := explanationIndex[c]
	if !ok {
		return Explanation{}
	}
	return explanations[i]
}

// Option is the one that the general advice of a code is about, or "".
func (c Code) Option() Option {
	switch c {
	case CodeFormatUnknown:
		return OptionFormat
	case CodeDroppedType:
		return OptionDroppedTypes
	case CodeLossUnknown:
		return OptionProbe
	case CodeListingNotFiltered:
		return OptionRepositories
	}
	return ""
}

// Explanations lists what the tool knows about every code, in the order in which a
// manifest is judged.
func Explanations() []Explanation { return explanations }

var explanationIndex = func() map[Code]int {
	m := make(map[Code]int, len(explanations))
	for i, e := range explanations {
		m[e.Code] = i
	}
	return m
}()
