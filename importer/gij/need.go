package gij

// Need is what a failed call needs from the user, as advice that names no flags. Those below are
// the ones that a command has flags or environment variables for.
type Need string

// The needs.
const (
	NeedCredentials   Need = "check the credentials; a personal access token may have expired"
	NeedBareURL       Need = "remove the credentials from the base URL and pass them separately"
	NeedBaseURL       Need = "check the base URL and its context path, such as https://example.org/jira"
	NeedHost          Need = "check the base URL and, behind a proxy, the proxy settings"
	NeedProxy         Need = "check the proxy settings"
	NeedCA            Need = "specify the certificate authority, or check the host name in the base URL"
	NeedClientCert    Need = "specify a client certificate; the server or a proxy may require one"
	NeedLongerTimeout Need = "try again or allow more time for each request"
	NeedLongerWait    Need = "run the same command again later, or allow a longer wait"
)
