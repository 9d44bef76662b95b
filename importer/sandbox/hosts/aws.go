package hosts

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// sts answers GetCallerIdentity, as https://docs.aws.amazon.com/STS/latest/APIReference/ says. A
// credential's user is the access key, its password the secret.
func (h *site) sts(w http.ResponseWriter, e *exchange) {
	e.login = true
	body, _ := io.ReadAll(io.LimitReader(e.Body, 1<<20))
	form, _ := url.ParseQuery(string(body))
	c, refusal := h.signed(e, body, "sts")
	w.Header().Set("Content-Type", "text/xml")
	switch {
	case refusal != "":
		w.WriteHeader(http.StatusForbidden)
		_, _ = fmt.Fprintf(w, `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>%s</Code><Message>refused</Message></Error></ErrorResponse>`, refusal)
	case form.Get("Action") != "GetCallerIdentity" || form.Get("Version") != "2011-06-15":
		w.WriteHeader(http.StatusBadRequest)
	default:
		_, _ = fmt.Fprintf(w, `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/%s</Arn><UserId>AIDAX</UserId><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`, c.Name)
	}
}

// codecommit answers ListRepositories and BatchGetRepositories. All repositories of the world are of
// its one account.
func (h *site) codecommit(w http.ResponseWriter, e *exchange) {
	body, _ := io.ReadAll(io.LimitReader(e.Body, 1<<20))
	c, refusal := h.signed(e, body, "codecommit")
	var input struct {
		NextToken       string   `json:"nextToken"`
		RepositoryNames []string `json:"repositoryNames"`
	}
	action, _ := strings.CutPrefix(e.Header.Get("X-Amz-Target"), "CodeCommit_20150413.")
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	switch {
	case refusal != "":
		awsError(w, "UnrecognizedClientException", "The security token included in the request is invalid.")
	case action != "ListRepositories" && action != "BatchGetRepositories" || json.Unmarshal(body, &input) != nil:
		awsError(w, "UnknownOperationException", "")
	case !c.codecommitMay(action):
		awsError(w, "AccessDeniedException", "User is not authorized to perform: codecommit:"+action)
	case h.throttles():
		awsError(w, "ThrottlingException", "Rate exceeded")
	case action == "BatchGetRepositories" && len(input.RepositoryNames) > 100:
		awsError(w, "MaximumRepositoryNamesExceededException", "")
	case action == "BatchGetRepositories":
		h.codecommitBatch(w, input.RepositoryNames)
	default:
		h.codecommitPage(w, c, input.NextToken)
	}
}

func (c Credential) codecommitMay(action string) bool {
	return c.Scopes == nil || c.may("codecommit:"+action)
}

func (h *site) codecommitBatch(w http.ResponseWriter, names []string) {
	region := strings.TrimSuffix(strings.TrimPrefix(h.Name, "codecommit."), ".amazonaws.com")
	known := make(map[string]bool)
	for _, organization := range h.organizations() {
		for _, name := range h.repositories(organization) {
			known[name] = true
		}
	}
	found, missing := []object{}, []string{}
	for _, name := range names {
		if !known[name] {
			missing = append(missing, name)
			continue
		}
		found = append(found, object{"accountId": "123456789012", "repositoryId": "id-" + name, "repositoryName": name, "defaultBranch": "main",
			"cloneUrlHttp": "https://git-codecommit." + region + ".amazonaws.com/v1/repos/" + name,
			"cloneUrlSsh":  "ssh://git-codecommit." + region + ".amazonaws.com/v1/repos/" + name,
			"Arn":          "arn:aws:codecommit:" + region + ":123456789012:" + name})
	}
	_ = json.NewEncoder(w).Encode(object{"repositories": found, "repositoriesNotFound": missing})
}

func (h *site) codecommitRepositories(c Credential) []object {
	all := []object{}
	for _, organization := range h.organizations() {
		if c.lists(organization) {
			for _, name := range h.repositories(organization) {
				all = append(all, object{"repositoryId": "id-" + name, "repositoryName": name})
			}
		}
	}
	return all
}

func (h *site) codecommitPage(w http.ResponseWriter, c Credential, token string) {
	all := h.codecommitRepositories(c)
	size := 1000
	if h.PageSize > 0 {
		size = h.PageSize
	}
	from, _ := strconv.Atoi(token)
	from = min(max(0, from), len(all))
	to := min(from+size, len(all))
	page := object{"repositories": all[from:to]}
	if to < len(all) {
		page["nextToken"] = strconv.Itoa(to)
	}
	_ = json.NewEncoder(w).Encode(page)
}

// throttles refuses every second request where the host has throttle.
func (h *site) throttles() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.asked++
	return h.Throttle && h.asked%2 == 1
}

func awsError(w http.ResponseWriter, kind, message string) {
	w.WriteHeader(http.StatusBadRequest)
	_ = json.NewEncoder(w).Encode(object{"__type": kind, "message": message})
}

// signed checks Signature Version 4 as https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
// describes it, and says why it is refused.
func (h *site) signed(e *exchange, body []byte, service string) (Credential, string) {
	rest, ok := strings.CutPrefix(e.Header.Get("Authorization"), "AWS4-HMAC-SHA256 ")
	parts := make(map[string]string)
	for item := range strings.SplitSeq(rest, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(item), "=")
		parts[name] = value
	}
	scope := strings.Split(parts["Credential"], "/")
	if !ok || len(scope) != 5 || scope[3] != service {
		return Credential{}, "IncompleteSignature"
	}
	i := slices.IndexFunc(h.Credentials, func(c Credential) bool { return c.User == scope[0] })
	if i < 0 || h.Credentials[i].refused() {
		return Credential{}, "InvalidClientTokenId"
	}
	c := h.Credentials[i]
	var headers strings.Builder
	for name := range strings.SplitSeq(parts["SignedHeaders"], ";") {
		value := strings.Join(e.Header.Values(name), ",")
		switch name {
		case "host":
			value = e.host
		case "content-length":
			value = strconv.Itoa(len(body))
		}
		headers.WriteString(name + ":" + strings.TrimSpace(value) + "\n")
	}
	canonical := strings.Join([]string{e.Method, e.path, e.URL.RawQuery, headers.String(), parts["SignedHeaders"], hexSum(body)}, "\n")
	text := strings.Join([]string{"AWS4-HMAC-SHA256", e.Header.Get("X-Amz-Date"), strings.Join(scope[1:], "/"), hexSum([]byte(canonical))}, "\n")
	key := []byte("AWS4" + c.Password)
	for _, part := range scope[1:] {
		key = keyed(key, part)
	}
	if hex.EncodeToString(keyed(key, text)) != parts["Signature"] {
		return Credential{}, "SignatureDoesNotMatch"
	}
	return c, ""
}

func hexSum(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func keyed(key []byte, text string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(text))
	return mac.Sum(nil)
}
