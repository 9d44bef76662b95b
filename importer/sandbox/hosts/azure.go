package hosts

import (
	"net/http"
	"slices"
	"strings"
)

// profiles answers as app.vssps.visualstudio.com does: who a token belongs to, and which
// organizations its user is in.
func (h *site) profiles(w http.ResponseWriter, e *exchange) {
	e.login = strings.HasSuffix(e.URL.Path, "/profiles/me")
	c, ok := h.basic(e)
	switch refusal := c.profileRefusal(ok); {
	case !ok && c.State == "": // a token that nobody knows
		signIn(w)
	case refusal.status == http.StatusUnauthorized:
		http.Error(w, "", refusal.status)
	case refusal.status != 0:
		answer(w, refusal.status, object{"$id": "1", "message": refusal.message})
	case e.login:
		answer(w, http.StatusOK, object{"displayName": c.User, "emailAddress": c.User, "id": "id-of-" + c.User})
	case e.URL.Path == "/_apis/accounts" && e.URL.Query().Get("memberId") == "id-of-"+c.User:
		accounts := []object{}
		for _, name := range h.azureAccounts(c) {
			accounts = append(accounts, object{"accountId": "a-" + name, "accountName": name, "accountUri": "https://vssps.dev.azure.com:443/" + name + "/"})
		}
		answer(w, http.StatusOK, object{"count": len(accounts), "value": accounts})
	default:
		http.NotFound(w, e.Request)
	}
}

func (c Credential) profileRefusal(known bool) refusal {
	switch {
	case !known, c.Only != "":
		return refusal{http.StatusUnauthorized, "Unauthorized"}
	case c.Scopes != nil && !c.may("vso.profile"):
		return refusal{http.StatusForbidden, "VS403463: the token lacks a scope"}
	}
	return refusal{}
}

func (h *site) azureAccounts(c Credential) []string {
	return slices.DeleteFunc(h.organizations(), func(name string) bool { return !c.lists(name) && !slices.Contains(c.Hidden, name) })
}

func (c Credential) azureMay(organization string) bool {
	return c.lists(organization) && (c.Only == "" || c.Only == organization) && (c.Scopes == nil || c.may("vso.code"))
}

// signIn is the page that Azure DevOps sends in place of a refusal.
func signIn(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(http.StatusNonAuthoritativeInfo)
	_, _ = w.Write([]byte("<html><title>Azure DevOps Services | Sign In</title></html>"))
}

// azure answers as dev.azure.com does: the repositories of one organization. Those of an organization
// are PROJECT/NAME.
func (h *site) azure(w http.ResponseWriter, e *exchange) {
	c, ok := h.basic(e)
	organization, found := strings.CutSuffix(strings.Trim(e.URL.Path, "/"), "/_apis/git/repositories")
	switch {
	case !ok:
		signIn(w)
	case !found || !h.has(organization) || e.URL.Query().Get("api-version") == "":
		answer(w, http.StatusNotFound, object{"message": "The resource cannot be found."})
	case !c.azureMay(organization):
		http.Error(w, "", http.StatusUnauthorized)
	default:
		answerAzure(w, h.azureRepositories(organization))
	}
}

// azureServer answers as Azure DevOps Server does. A collection is what an organization is there.
func (h *site) azureServer(w http.ResponseWriter, e *exchange) {
	if h.NTLM {
		w.Header().Add("WWW-Authenticate", "Negotiate")
		w.Header().Add("WWW-Authenticate", "NTLM")
		http.Error(w, "", http.StatusUnauthorized)
		return
	}
	c, ok := h.basic(e)
	collection, call, _ := strings.Cut(strings.Trim(e.URL.Path, "/"), "/_apis/")
	if top, ok := strings.CutPrefix(strings.Trim(e.URL.Path, "/"), "_apis/"); ok {
		collection, call = "", top
	}
	e.login = call == "connectionData"
	switch {
	case !ok:
		w.Header().Add("WWW-Authenticate", `Basic realm="tfs"`)
		w.Header().Add("WWW-Authenticate", "NTLM")
		http.Error(w, "", http.StatusUnauthorized)
	case call == "projectCollections":
		h.azureCollections(w, e, c, collection)
	case !h.has(collection) || !c.lists(collection):
		answer(w, http.StatusNotFound, object{"message": "TF50309: the collection does not exist."})
	case e.login:
		answer(w, http.StatusOK, object{"authenticatedUser": object{"id": "1", "providerDisplayName": c.User}})
	case call == "git/repositories" && e.URL.Query().Get("api-version") != "":
		answerAzure(w, h.azureRepositories(collection))
	default:
		http.NotFound(w, e.Request)
	}
}

// azureCollections lists the collections below a path, such as tfs, page by page.
func (h *site) azureCollections(w http.ResponseWriter, e *exchange, c Credential, path string) {
	list := []object{}
	for _, name := range h.organizations() {
		parent, last := "", name
		if i := strings.LastIndexByte(name, '/'); i >= 0 {
			parent, last = name[:i], name[i+1:]
		}
		if parent == path && c.lists(name) {
			list = append(list, object{"id": "c-" + last, "name": last, "url": "https://" + h.Name + "/" + name})
		}
	}
	if len(list) == 0 {
		http.NotFound(w, e.Request)
		return
	}
	from := min(positive(e.URL.Query().Get("$skip"), 0), len(list))
	to := min(from+positive(e.URL.Query().Get("$top"), 100), len(list))
	answer(w, http.StatusOK, object{"count": to - from, "value": list[from:to]})
}

func (h *site) azureRepositories(organization string) []object {
	list := []object{}
	for _, name := range h.repositories(organization) {
		project, repository, ok := strings.Cut(name, "/")
		if !ok {
			repository = project
		}
		list = append(list, object{"id": name, "name": repository, "defaultBranch": "refs/heads/main", "isDisabled": false, "size": 1,
			"project":   object{"name": project, "state": "wellFormed", "visibility": "private"},
			"remoteUrl": "https://" + h.Name + "/" + organization + "/" + project + "/_git/" + repository})
	}
	return list
}

func answerAzure(w http.ResponseWriter, list []object) {
	answer(w, http.StatusOK, object{"value": list, "count": len(list)})
}

// basic finds the credential of Basic authentication: a token is the password, whatever the user.
func (h *site) basic(e *exchange) (Credential, bool) {
	user, password, _ := e.BasicAuth()
	return h.credential(password, user, password)
}
