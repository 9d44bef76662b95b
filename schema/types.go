package schema

import "strings"

// Type is an integration type as a request names it (the vendor's "Add New
// Integration API" page).
type Type string

// The types.
const (
	TypeGitHub             Type = "GITHUB"
	TypeGitHubServer       Type = "GITHUB_SERVER"
	TypeGitLab             Type = "GITLAB"
	TypeGitLabServer       Type = "GITLAB_SERVER"
	TypeGitLabServerLegacy Type = "GITLAB_SERVER_LEGACY"
	TypeFilespace          Type = "FILESPACE"
	TypeAzureDevOps        Type = "AZURE_DEVOPS"
	TypeVSTS               Type = "VSTS"
	TypeAzure              Type = "AZURE"
	TypeTFSServer          Type = "TFS_SERVER"
	TypeAWS                Type = "AWS"
	TypeGerrit             Type = "GERRIT"
)

// originNeed says what a type makes of an absent origin.
type originNeed uint8

const (
	originRequired originNeed = iota
	originDefaults            // the default is sent
	originFree                // nothing is sent: the server's own default is not documented
)

// logins is the set of ways in which a type can be given credentials.
type logins uint8

const (
	loginPat      logins = 1 << iota // pat alone
	loginPassword                    // username and password
	loginAllPat                      // username "all" and pat (TFS)
)

type typeSpec struct {
	about         string
	origin        originNeed
	defaultOrigin string
	aliases       []string // further origins that mean the default one
	logins        logins   // 0: the type takes no credentials
	microsoft     bool     // tfsCollection belongs to it, and its listing is an object
	apiPath       bool     // the vendor documents an apiPath for it
	repository    bool     // it is no type: these are the rules of plain repositories
	dropped       string   // why, where the vendor has ended its support
}

// typeSpecs holds the rules of each type. The vendor's page calls origin required
// throughout while its examples leave it out for the hosted types, and swaps the texts
// of AZURE and AZURE_DEVOPS; this table follows the examples.
var typeSpecs = map[Type]*typeSpec{
	TypeGitHub: {about: "github.com, or GitHub Enterprise Cloud", origin: originDefaults, defaultOrigin: "https://api.github.com",
		aliases: []string{"https://github.com"}, logins: loginPat | loginPassword, apiPath: true},
	TypeGitHubServer: {about: "GitHub Enterprise Server", logins: loginPat, apiPath: true},
	TypeGitLab:       {about: "gitlab.com", origin: originDefaults, defaultOrigin: "https://gitlab.com", logins: loginPat, apiPath: true},
	TypeGitLabServer: {about: "GitLab CE or EE, API v4", logins: loginPat, apiPath: true},
	TypeGitLabServerLegacy: {about: "GitLab CE or EE, API v3", logins: loginPassword, apiPath: true,
		dropped: "the vendor ended all support for it by March 2024"},
	TypeFilespace:   {about: "a tracked folder on Jira's own file system"},
	TypeAzureDevOps: {about: "Azure DevOps Server (TFS 2019 and later)", logins: loginPat | loginPassword, microsoft: true},
	TypeVSTS:        {about: "visualstudio.com", origin: originFree, logins: loginPat, microsoft: true},
	TypeAzure: {about: "dev.azure.com", origin: originDefaults, defaultOrigin: "https://dev.azure.com",
		logins: loginPat, microsoft: true},
	TypeTFSServer: {about: "Team Foundation Server", logins: loginPassword | loginAllPat, microsoft: true},
	TypeAWS:       {about: "AWS CodeCommit", origin: originFree, logins: loginPassword},
	TypeGerrit:    {about: "Gerrit Code Review", logins: loginPassword},
}

// Types lists the twelve types in the vendor's order.
func Types() []Type {
	return []Type{TypeGitHub, TypeGitHubServer, TypeGitLab, TypeGitLabServer, TypeGitLabServerLegacy, TypeFilespace,
		TypeAzureDevOps, TypeVSTS, TypeAzure, TypeTFSServer, TypeAWS, TypeGerrit}
}

// Valid reports whether the type is one of the twelve.
func (t Type) Valid() bool { _, ok := typeSpecs[t]; return ok }

// About says in a few words which host the type stands for; "" for an unknown one.
func (t Type) About() string { return t.spec().about }

// DefaultOrigin is the origin that an absent one stands for, or "" where the type has
// none that is documented.
func (t Type) DefaultOrigin() string { return t.spec().defaultOrigin }

func (t Type) spec() *typeSpec {
	if s := typeSpecs[t]; s != nil {
		return s
	}
	return &noType
}

// noType holds the rules of an unknown type: none.
var noType typeSpec

// NearestType suggests the type that a misspelt one may have meant, or "".
func NearestType(s string) string {
	return Nearest(s, typeNames(Types()))
}

// otherTypeNames are words for hosts that are near to the name of a wrong type, or to none.
var otherTypeNames = []struct{ word, advice string }{
	{"bitbucket", "Bitbucket has no integration type: add each repository with kind: repository"},
	{"gitea", "Gitea has no integration type: add each repository with kind: repository"},
	{"forgejo", "Forgejo has no integration type: add each repository with kind: repository"},
	{"githubenterprise", "GitHub Enterprise is GITHUB_SERVER"},
	{"gitlabee", "GitLab on a server of your own is GITLAB_SERVER"},
	{"gitlabselfmanaged", "GitLab on a server of your own is GITLAB_SERVER"},
	{"codecommit", "CodeCommit is AWS"},
	{"azuredevopsservices", "dev.azure.com is AZURE"},
	{"azuredevopsserver", "Azure DevOps Server is AZURE_DEVOPS"},
}

// typeAdvice is what to write in place of a type that does not exist.
func typeAdvice(s string) string {
	folded := foldTitle(s)
	for _, other := range otherTypeNames {
		if strings.HasPrefix(folded, other.word) {
			return other.advice
		}
	}
	if near := NearestType(s); near != "" {
		return "did you mean " + near + "?"
	}
	return "use one of " + strings.Join(typeNames(Types()), ", ")
}

// Regions lists the AWS regions of the vendor's page (which writes ap-outh-1 for
// ap-south-1).
func Regions() []string {
	return []string{
		"us-east-1", "us-east-2", "us-west-1", "us-west-2", "af-south-1", "ap-east-1", "ap-south-1", "ap-south-2",
		"ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-southeast-1", "ap-southeast-2", "ap-southeast-3",
		"ca-central-1", "eu-central-1", "eu-central-2", "eu-west-1", "eu-west-2", "eu-west-3", "eu-north-1",
		"eu-south-1", "eu-south-2", "me-central-1", "me-south-1", "sa-east-1",
	}
}
