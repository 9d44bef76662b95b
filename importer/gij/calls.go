package gij

import (
	"context"
	"encoding/json"
)

const (
	integrationPath = appPath + "1.0/integration"
	repositoryPath  = appPath + "1.0/repository" // its disable takes integrations too
	myselfPath      = "/rest/api/2/myself"
	permissionsPath = "/rest/api/2/mypermissions"
	serverInfoPath  = "/rest/api/2/serverInfo"
	projectPath     = "/rest/api/2/project"
)

// User is whom the target takes us for.
type User struct {
	Name        string
	DisplayName string
}

// Server is what the target says of itself.
type Server struct {
	BaseURL string // as its administrator configured it
	Version string // of Jira
}

// Myself asks Jira who we are: the cheap check of the target and the credentials. It does
// not tell whether we are an administrator or a manager; List does.
func (c *Client) Myself(ctx context.Context) (User, error) {
	var v struct {
		Name        string `json:"name"`
		DisplayName string `json:"displayName"`
	}
	a, err := c.get(ctx, myselfPath)
	if err != nil {
		return User{}, err
	}
	if json.Unmarshal(a.body, &v) != nil || v.Name == "" {
		return User{}, c.stopUnexpected(a, "the answer is not one of Jira", NeedBaseURL, nil)
	}
	return User{v.Name, v.DisplayName}, nil
}

// Administrator asks Jira whether we are its administrator. A user who is not, and may read the app's
// list of integrations, is a manager of the app.
func (c *Client) Administrator(ctx context.Context) (bool, error) {
	var v struct {
		Permissions map[string]struct {
			Have bool `json:"havePermission"`
		} `json:"permissions"`
	}
	a, err := c.get(ctx, permissionsPath)
	if err != nil {
		return false, err
	}
	if json.Unmarshal(a.body, &v) != nil || v.Permissions == nil {
		return false, c.stopUnexpected(a, "the answer is not one of Jira", NeedBaseURL, nil)
	}
	return v.Permissions["ADMINISTER"].Have || v.Permissions["SYSTEM_ADMIN"].Have, nil
}

// ServerInfo asks Jira for its base URL and version.
func (c *Client) ServerInfo(ctx context.Context) (Server, error) {
	var v struct {
		BaseURL string `json:"baseUrl"`
		Version string `json:"version"`
	}
	a, err := c.get(ctx, serverInfoPath)
	if err != nil {
		return Server{}, err
	}
	if json.Unmarshal(a.body, &v) != nil || v.Version == "" {
		return Server{}, c.stopUnexpected(a, "the answer is not one of Jira", NeedBaseURL, nil)
	}
	return Server{v.BaseURL, v.Version}, nil
}

// Projects gives the ids of the Jira projects that we may see, by their keys.
func (c *Client) Projects(ctx context.Context) (map[string]int64, error) {
	a, err := c.get(ctx, projectPath)
	if err != nil {
		return nil, err
	}
	var list []struct {
		ID  json.RawMessage `json:"id"` // a string in Jira's answers, a number in the app's
		Key string          `json:"key"`
	}
	if err := json.Unmarshal(a.body, &list); err != nil || list == nil {
		return nil, c.stopUnexpected(a, "the answer is not one of Jira", NeedBaseURL, nil)
	}
	ids := make(map[string]int64, len(list))
	for _, p := range list {
		if id, ok := asInt(p.ID); ok && p.Key != "" {
			ids[p.Key] = id
		}
	}
	return ids, nil
}
